/**
 * Durable replacement of a file: written to a temporary beside it, fsynced, renamed, and the folder
 * fsynced, so that after a crash the name holds either the old content or the new, whole.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { wrapSystemError } from './errors.ts';

/** Owner alone: reports and settings may hold what others on the machine must not read. */
export const ownerOnlyFileMode = 0o600;
export const ownerOnlyFolderMode = 0o700;

/** Makes a folder and its parents, readable by the owner alone. An existing folder is left as it is. */
export function ensureOwnerOnlyFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: ownerOnlyFolderMode });
  } catch (error) {
    throw wrapSystemError(`create folder ${path}`, refusalAbove(path) ?? error);
  }
}

/** A recursive mkdir answers ENOENT where a folder above refuses; what that one says is the reason. */
function refusalAbove(path: string): unknown {
  let above = dirname(path);
  while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
  try {
    accessSync(above, constants.W_OK);
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * Makes a rename or an unlink in `path` durable (fsync(2): "does not necessarily ensure that the
 * entry in the directory containing the file has also reached disk").
 * Windows has no such call and refuses to open a folder; its file system orders these by itself.
 */
export function syncFolder(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if (isRefusedFolderOpen(error)) return;
    throw error;
  }
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!isRefusedFolderOpen(error)) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * As 'w', but never through a link: where root writes into a service's folder, that service could
 * otherwise lead it to any file. Windows has no such flag, and no such links for ordinary users.
 */
const forWriting =
  constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);

/**
 * Replaces `path` durably, readable by its owner alone unless `mode` says otherwise. Throws a
 * MonitorError naming the file. Nothing is left behind on failure.
 */
export function writeFileDurably(
  path: string,
  content: string | Uint8Array,
  mode: number = ownerOnlyFileMode,
): void {
  const temporary = `${path}.tmp`;
  try {
    writeInPlace(temporary, content, mode, fsyncSync);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    try {
      unlinkSync(temporary);
    } catch {
      // It was never made, or the disk is gone; the first error is the one to tell.
    }
    throw wrapSystemError(`write ${path}`, error);
  }
}

/**
 * Writes a file that is of no use after a crash: in place and without fsync, readable by its owner
 * alone. Throws the system's own error.
 */
export function writeFileQuickly(path: string, content: string): void {
  writeInPlace(path, content, ownerOnlyFileMode, () => {});
}

function writeInPlace(
  path: string,
  content: string | Uint8Array,
  mode: number,
  finish: (descriptor: number) => void,
): void {
  const descriptor = openSync(path, forWriting, mode);
  try {
    // The umask narrowed what open(2) was asked for.
    if (mode !== ownerOnlyFileMode) fchmodSync(descriptor, mode);
    leaveToOwner(descriptor, dirname(path));
    writeWhole(descriptor, typeof content === 'string' ? Buffer.from(content) : content);
    finish(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * What root writes into a folder of somebody else's is that user's: a service could not read a report
 * that `sudo system-monitor background --once` left in its folder.
 */
function leaveToOwner(descriptor: number, folder: string): void {
  const made = fstatSync(descriptor);
  if (made.uid !== 0) return;
  const { uid, gid } = statSync(folder);
  // A second name would give away whatever else goes by it.
  if (uid !== 0 && made.nlink === 1) fchownSync(descriptor, uid, gid);
}

/** write(2) may write less than it was given; a short write unnoticed is a truncated report. */
function writeWhole(descriptor: number, content: Uint8Array): void {
  let offset = 0;
  while (offset < content.length) offset += writeSync(descriptor, content, offset);
}

function isRefusedFolderOpen(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EISDIR' || code === 'EPERM' || code === 'EINVAL';
}
