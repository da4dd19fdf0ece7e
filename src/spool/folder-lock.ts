/**
 * One process per spool folder. The disk's lock on the file `lock` says whose it is; the holder's pid
 * stands in `owner`, because nothing else may open `lock`.
 */
import { join } from 'node:path';
import { writeFileQuickly } from '../base/atomic-file.ts';
import type { Disk, FileLock } from '../base/disk.ts';
import { MonitorError, wrapWriteError } from '../base/errors.ts';

/**
 * Takes the lock of an existing folder. Throws a MonitorError: BUSY with the holder's pid where
 * another process (or another spool of this one) has it, PERMISSION or CANNOT_WRITE where the disk refuses.
 */
export function lockFolder(disk: Disk, folder: string, pid: number): FileLock {
  const path = join(folder, 'lock');
  const lock = takeLock(disk, path);
  if (lock === undefined) throw busy(disk, folder);
  try {
    writeFileQuickly(disk, ownerPath(folder), `${pid}\n`);
  } catch {
    // The name of the holder is a courtesy to whoever meets the lock; the lock itself holds.
  }
  return lock;
}

/** The pid that last took the folder's lock, or undefined. It may have ended since. */
export function lockOwner(disk: Disk, folder: string): number | undefined {
  try {
    const pid = Number.parseInt(disk.read(ownerPath(folder)).toString('latin1'), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function takeLock(disk: Disk, path: string): FileLock | undefined {
  try {
    return disk.lock(path);
  } catch (error) {
    throw wrapWriteError(`lock ${path}`, error);
  }
}

function busy(disk: Disk, folder: string): MonitorError {
  const pid = lockOwner(disk, folder);
  const holder = pid === undefined ? 'another process' : `another process (pid ${pid})`;
  return new MonitorError({
    code: 'BUSY',
    operation: `lock ${folder}`,
    reason: `${holder} is using this folder`,
    hint: 'Only one background process can use a state folder. Stop the other one, or give this one its own folder with --state-dir.',
  });
}

function ownerPath(folder: string): string {
  return join(folder, 'owner');
}
