/**
 * Durable replacement of a file: written under another name beside it, synced, renamed, and the
 * folder synced, so that after a crash the name holds either the old content or the new, whole.
 */
import { dirname, resolve } from 'node:path';
import { type Disk, type OpenFile, ownerOnlyFileMode, ownerOnlyFolderMode } from './disk.ts';
import { systemErrorCode, wrapWriteError } from './errors.ts';

/**
 * Makes a folder and its parents durably, readable by the owner alone unless `mode` says otherwise.
 * One that is there is left as it is. Throws a MonitorError naming the folder.
 *
 * Each is durable before the next is made in it. So of those that are there only the last may not be
 * durable: whoever made it was killed, or refused, before coming to that. It is made up for as far as
 * the disk lets it be; a folder that is there can be used all the same.
 */
export function makeFolder(disk: Disk, path: string, mode: number = ownerOnlyFolderMode): void {
  try {
    const folder = resolve(path);
    const parent = dirname(folder);
    const found = disk.stat(folder);
    if (found === undefined && parent !== folder) makeFolder(disk, parent, mode);
    if (found?.isFile !== false) disk.makeFolder(folder, mode);
    try {
      disk.syncFolder(parent);
    } catch (error) {
      if (found === undefined) throw error;
    }
  } catch (error) {
    throw wrapWriteError(`create folder ${path}`, error);
  }
}

/**
 * Replaces `path` durably, readable by its owner alone unless `mode` says otherwise. Throws a
 * MonitorError naming the file. Nothing is left behind on failure.
 */
export function writeFileDurably(
  disk: Disk,
  path: string,
  content: string | Uint8Array,
  mode: number = ownerOnlyFileMode,
): void {
  const temporary = `${path}.tmp`;
  replaceBy(disk, temporary, path, {
    open: () => disk.create(temporary, mode),
    prepare: (file) => disk.write(file, bytesOf(content)),
  });
}

/**
 * Puts the file at `staged` durably in the place of `path`, in the same folder, after `prepare` had
 * it. Throws a MonitorError naming the file; the staged one is gone then.
 */
export function replaceDurably(
  disk: Disk,
  staged: string,
  path: string,
  prepare: (file: OpenFile) => void = () => {},
): void {
  replaceBy(disk, staged, path, { open: () => disk.open(staged), prepare });
}

interface Staging {
  readonly open: () => OpenFile;
  readonly prepare: (file: OpenFile) => void;
}

function replaceBy(disk: Disk, staged: string, path: string, staging: Staging): void {
  try {
    const file = staging.open();
    try {
      staging.prepare(file);
      disk.sync(file);
    } finally {
      disk.close(file);
    }
    disk.rename(staged, path);
    // fsync(2) of the file "does not necessarily ensure that the entry in the directory containing
    // the file has also reached disk".
    disk.syncFolder(dirname(path));
  } catch (error) {
    try {
      disk.unlink(staged);
    } catch {
      // It was never made, or the disk is gone; the first error is the one to tell.
    }
    throw wrapWriteError(`write ${path}`, error);
  }
}

/**
 * Writes a file that is of no use after a crash: in place and without waiting for the disk, readable
 * by its owner alone. Throws the system's own error.
 */
export function writeFileQuickly(disk: Disk, path: string, content: string): void {
  const file = disk.create(path, ownerOnlyFileMode);
  try {
    disk.write(file, bytesOf(content));
  } finally {
    disk.close(file);
  }
}

export function tryRemove(disk: Disk, path: string): 'removed' | 'absent' | 'refused' {
  try {
    disk.unlink(path);
    return 'removed';
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT' ? 'absent' : 'refused';
  }
}

/** True unless the file stays; a file that is not there is as good as removed. */
export function removeFile(disk: Disk, path: string): boolean {
  return tryRemove(disk, path) !== 'refused';
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content;
}
