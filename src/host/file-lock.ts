/**
 * The operating system's own record lock on a file (fcntl on Linux and macOS, LockFileEx on Windows),
 * taken through the SQLite that Node carries, which is the one door to it without native code. The
 * kernel gives it back when the process ends, however it ends: kill -9, a crash and a power cut leave
 * nothing behind, and no child inherits it.
 *
 * Considered and left: a file with a pid in it (two starters can both find it stale, and pids mean
 * nothing across containers that share a volume), a socket in Linux' abstract namespace (another
 * user can take the name, and each network namespace has its own), a path-bound socket (stays after
 * a crash). fcntl's known trap, that closing any descriptor of the file gives the lock back, is
 * why nothing else in this process may open a locked file.
 */
import { chmodSync, statSync, truncateSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { type FileLock, ownerOnlyFileMode } from '../base/disk.ts';

export interface Sqlite {
  readonly DatabaseSync: typeof DatabaseSync;
}

/** Result codes of https://www.sqlite.org/rescode.html. */
const sqliteBusy = 5;
const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

/** Undefined where another process, or another lock of this one, has it. Throws SQLite's errors. */
export function lockFile(sqlite: Sqlite, path: string): FileLock | undefined {
  let database: DatabaseSync;
  try {
    database = takeLock(sqlite, path);
  } catch (error) {
    if (sqliteCode(error) === sqliteBusy) return undefined;
    throw error;
  }
  try {
    chmodSync(path, ownerOnlyFileMode);
  } catch {
    // The lock holds; what it lies in is empty.
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

function takeLock(sqlite: Sqlite, path: string): DatabaseSync {
  try {
    return openExclusively(sqlite, path);
  } catch (error) {
    const code = sqliteCode(error);
    if (code !== sqliteNotADatabase && code !== sqliteCorrupt) throw error;
    // Whoever wrote into it, its content means nothing: emptied, it serves again.
    truncateSync(path);
    return openExclusively(sqlite, path);
  }
}

function openExclusively(sqlite: Sqlite, path: string): DatabaseSync {
  const database = new sqlite.DatabaseSync(path, { timeout: 0 });
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

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  // Extended codes carry the plain one in their low byte.
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
