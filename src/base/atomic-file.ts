/**
 * Durable replacement of a file: written under another name beside it, synced, renamed, and the
 * folder synced, so that after a crash the name holds either the old content or the new, whole.
 */
import { dirname, resolve } from 'node:path';
import { type Disk, type OpenFile, ownerOnlyFileMode, ownerOnlyFolderMode } from './disk.ts';
import { systemErrorCode, wrapSystemError } from './errors.ts';

/**
 * Makes folders and their parents durably, readable by the owner alone unless `mode` says otherwise.
 * A folder that is there is left as it is. Throws a MonitorError naming the folder.
 */
export function makeFolders(
  disk: Disk,
  paths: readonly string[],
  mode: number = ownerOnlyFolderMode,
): void {
  const parents = new Set<string>();
  for (const path of paths) {
    try {
      const first = disk.makeFolder(path, mode) ?? resolve(path);
      // Also where it was there: whoever made it may have been killed before coming to this.
      for (let folder = resolve(path); folder.length >= first.length; folder = dirname(folder)) {
        parents.add(dirname(folder));
      }
    } catch (error) {
      throw wrapSystemError(`create folder ${path}`, error);
    }
  }
  for (const parent of parents) {
    try {
      disk.syncFolder(parent);
    } catch (error) {
      throw wrapSystemError(`write ${parent}`, error);
    }
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
    throw wrapSystemError(`write ${path}`, error);
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

/** True unless the file stays; a file that is not there is as good as removed. */
export function removeFile(disk: Disk, path: string): boolean {
  try {
    disk.unlink(path);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT';
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content;
}
