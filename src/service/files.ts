/**
 * The files that every kind of service is made of: a copy of the executable, and the definition that
 * the manager reads. Both are replaced in one step, so that a power cut leaves the old or the new.
 */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder, writeFileDurably } from '../base/atomic-file.ts';
import { MonitorError, systemErrorCode, wrapSystemError } from '../base/errors.ts';

/** Everybody may read and run it, nobody but its owner may change it. */
const programMode = 0o755;
/** Service managers complain about definitions that others cannot read; they hold no secret. */
const definitionMode = 0o644;

/**
 * Puts a copy of `source` at `target`; nothing happens when they are the same file. A running older
 * version is no obstacle: on Unix its file lives on without a name, and Windows, which refuses to
 * overwrite a running program, lets it be renamed to `<target>.old`.
 */
export function installExecutable(source: string, target: string): void {
  const operation = `copy ${source} to ${target}`;
  const temporary = `${target}.new`;
  try {
    if (isSameFile(source, target)) return;
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(source, temporary);
    chmodSync(temporary, programMode);
    syncFile(temporary);
    replaceFile(temporary, target);
    syncFolder(dirname(target));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw wrapSystemError(operation, error);
  }
}

/** Removes what installExecutable made. False where Windows holds on to it because it runs. */
export function tryRemoveExecutable(target: string): boolean {
  try {
    removeFile(oldName(target));
    removeFile(target);
    return true;
  } catch (error) {
    if (error instanceof MonitorError && isInUse(error.cause)) return false;
    throw error;
  }
}

export function writeDefinition(path: string, content: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw wrapSystemError(`create folder ${dirname(path)}`, error);
  }
  writeFileDurably(path, content, definitionMode);
}

/** The definition's text, or undefined where there is none. */
export function readDefinition(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw wrapSystemError(`read ${path}`, error);
  }
}

/** Nothing there is fine. */
export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw wrapSystemError(`remove ${path}`, error);
  }
}

/** A folder with all that is in it. Nothing there is fine. */
export function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    throw wrapSystemError(`remove ${path}`, error);
  }
}

function isSameFile(source: string, target: string): boolean {
  try {
    return realpathSync(source) === realpathSync(target);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function replaceFile(temporary: string, target: string): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    if (!isInUse(error)) throw error;
    const old = oldName(target);
    rmSync(old, { force: true });
    renameSync(target, old);
    renameSync(temporary, target);
  }
}

/** Windows answers ERROR_ACCESS_DENIED or ERROR_SHARING_VIOLATION for a running program's file. */
function isInUse(error: unknown): boolean {
  return ['EPERM', 'EACCES', 'EBUSY'].includes(systemErrorCode(error) ?? '');
}

function oldName(target: string): string {
  return `${target}.old`;
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
