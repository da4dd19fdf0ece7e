/**
 * One process per spool folder.
 *
 * The lock is the operating system's own record lock on the file `lock` (fcntl on Linux and macOS,
 * LockFileEx on Windows), taken through the SQLite that Node carries, which is the one door to it
 * without native code. The kernel gives it back when the process ends, however it ends: kill -9, a
 * crash and a power cut leave nothing behind, and no child inherits it.
 *
 * Considered and left: a file with a pid in it (two starters can both find it stale, and pids mean
 * nothing across containers that share a volume), a socket in Linux' abstract namespace (another
 * user can take the name, and each network namespace has its own), a path-bound socket (stays after
 * a crash). fcntl's known trap, that closing any descriptor of the file gives the lock back, is
 * why nothing else in this process ever opens `lock`: the holder's pid stands in `owner`.
 */
import { chmodSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ownerOnlyFileMode, writeFileQuickly } from '../base/atomic-file.ts';
import { errorMessage, MonitorError } from '../base/errors.ts';

export interface FolderLock {
  /** False once the locked file is no longer the one in the folder: it was deleted, or replaced. */
  holds(): boolean;
  /** Idempotent. */
  release(): void;
}

/** Result codes of https://www.sqlite.org/rescode.html. */
const sqliteBusy = 5;
const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

/**
 * Takes the lock of an existing folder. Throws a MonitorError: BUSY with the holder's pid where
 * another process (or another spool of this one) has it, CANNOT_WRITE where the disk refuses.
 */
export function lockFolder(folder: string, pid: number): FolderLock {
  const path = join(folder, 'lock');
  let database: DatabaseSync;
  try {
    database = takeLock(path);
  } catch (error) {
    const code = sqliteCode(error);
    if (code === sqliteBusy) throw busy(folder);
    if (code !== sqliteNotADatabase && code !== sqliteCorrupt) throw refused(path, error);
    database = takeDamagedLock(folder, path);
  }
  try {
    chmodSync(path, ownerOnlyFileMode);
    writeFileQuickly(ownerPath(folder), `${pid}\n`);
  } catch {
    // The name of the holder is a courtesy to whoever meets the lock; the lock itself holds.
  }
  const inode = inodeOf(path);
  return {
    // stat(2) opens nothing, so that asking does not give the lock back.
    holds: () => database.isOpen && inodeOf(path) === inode,
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** The pid that last took the folder's lock, or undefined. It may have ended since. */
export function lockOwner(folder: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(ownerPath(folder), 'latin1'), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function takeLock(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // In memory, the journal needs no file; an empty database is locked without a byte written, so
    // that a full disk does not stop a start.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Whoever wrote into `lock`, its content means nothing: emptied, it serves again. */
function takeDamagedLock(folder: string, path: string): DatabaseSync {
  try {
    truncateSync(path);
    return takeLock(path);
  } catch (error) {
    throw sqliteCode(error) === sqliteBusy ? busy(folder) : refused(path, error);
  }
}

function busy(folder: string): MonitorError {
  const pid = lockOwner(folder);
  const holder = pid === undefined ? 'another process' : `another process (pid ${pid})`;
  return new MonitorError({
    code: 'BUSY',
    operation: `lock ${folder}`,
    reason: `${holder} uses this folder`,
    hint: 'One background process per state folder: stop the other, or give this one its own with --state-dir.',
  });
}

function refused(path: string, error: unknown): MonitorError {
  return new MonitorError({
    code: 'CANNOT_WRITE',
    operation: `lock ${path}`,
    reason: errorMessage(error),
    cause: error,
  });
}

function ownerPath(folder: string): string {
  return join(folder, 'owner');
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  // Extended codes carry the plain one in their low byte.
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
