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
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
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
    const descriptor = openSync(temporary, 'w', mode);
    try {
      // The umask narrowed what open(2) was asked for.
      if (mode !== ownerOnlyFileMode) fchmodSync(descriptor, mode);
      writeWhole(descriptor, typeof content === 'string' ? Buffer.from(content) : content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
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

/** write(2) may write less than it was given; a short write unnoticed is a truncated report. */
function writeWhole(descriptor: number, content: Uint8Array): void {
  let offset = 0;
  while (offset < content.length) offset += writeSync(descriptor, content, offset);
}

function isRefusedFolderOpen(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EISDIR' || code === 'EPERM' || code === 'EINVAL';
}
