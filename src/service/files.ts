/**
 * The files that every kind of service is made of: a copy of the executable, and the definition that
 * the manager reads. Both are replaced in one step, so that a power cut leaves the old or the new.
 */
import {
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder, replaceDurably, tryRemove, writeFileDurably } from '../base/atomic-file.ts';
import type { Disk } from '../base/disk.ts';
import { MonitorError, systemErrorCode, wrapSystemError, wrapWriteError } from '../base/errors.ts';
import { realPathOf } from '../base/way.ts';

/** Everybody may read and run it, nobody but its owner may change it. */
const programMode = 0o755;
const publicFolderMode = 0o755;
/** Service managers complain about definitions that others cannot read; they hold no secret. */
const definitionMode = 0o644;

/** A program that was put in place, while it is not known yet whether it works there. */
export interface PutProgram {
  /** It does: what was there before goes. */
  keep(): void;
  /** It does not: what was there before is put back. The new one must not run any more. */
  undo(): void;
}

const untouched: PutProgram = { keep: () => {}, undo: () => {} };

/**
 * Puts a copy of `source` at `target`, and one of what was there beside it; nothing happens when they
 * are the same file. A running older version is no obstacle: on Unix its file lives on without a
 * name, and Windows, which refuses to overwrite a running program, lets it be renamed.
 */
export function installExecutable(disk: Disk, source: string, target: string): PutProgram {
  try {
    if (realPathOf(disk, source) === realPathOf(disk, target)) return untouched;
    makeFolder(disk, dirname(target), publicFolderMode);
    if (disk.stat(target) === undefined) {
      putCopy(disk, source, target);
      return { keep: () => {}, undo: () => removeFile(disk, target) };
    }
    const old = freeOldName(disk, target);
    replaceProgram(disk, source, target, old);
    return {
      // Windows holds on to one that still runs in somebody's terminal.
      keep: () => tryRemove(disk, old),
      undo: () => replaceDurably(disk, old, target),
    };
  } catch (error) {
    throw wrapSystemError(`copy ${source} to ${target}`, error);
  }
}

/** Leaves what was at `target` at `old`; where it fails, at `target` as before. */
function replaceProgram(disk: Disk, source: string, target: string, old: string): void {
  try {
    disk.copy(target, old, programMode);
    putCopy(disk, source, target);
  } catch (error) {
    tryRemove(disk, old);
    if (!isInUse(error)) throw error;
    disk.rename(target, old);
    try {
      putCopy(disk, source, target);
    } catch (again) {
      disk.rename(old, target);
      throw again;
    }
  }
}

/** Removes what installExecutable made. False where Windows holds on to it because it runs. */
export function tryRemoveExecutable(disk: Disk, target: string): boolean {
  try {
    for (const old of oldNames(disk, target)) removeFile(disk, old);
    removeFile(disk, target);
    return true;
  } catch (error) {
    if (isInUse(error)) return false;
    throw error;
  }
}

/** Removes a folder of ours that the executable has left. One that holds anything else stays. */
export function removeEmptyFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    // POSIX lets rmdir(2) answer EEXIST for ENOTEMPTY; Windows keeps somebody's current folder.
    const stays = ['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(systemErrorCode(error) ?? '');
    if (!stays && !isInUse(error)) throw wrapWriteError(`remove ${path}`, error);
  }
}

/** Makes `link` lead to `target`. A file of somebody else's under that name is left alone. */
export function linkCommand(target: string, link: string): void {
  try {
    if (linkTarget(link) === target) return;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(target, link);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return;
    throw wrapWriteError(`link ${link} to ${target}`, error);
  }
}

/** Removes the link if it is ours. */
export function unlinkCommand(disk: Disk, target: string, link: string): void {
  if (linkTarget(link) === target) removeFile(disk, link);
}

function linkTarget(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    // Nothing is there, or something that is no link.
    return undefined;
  }
}

export function writeDefinition(disk: Disk, path: string, content: string): void {
  makeFolder(disk, dirname(path), publicFolderMode);
  writeFileDurably(disk, path, content, definitionMode);
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

export function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw wrapSystemError(`look at ${path}`, error);
  }
}

/** Nothing there is fine. */
export function removeFile(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw wrapWriteError(`remove ${path}`, error);
  }
}

/** A folder with all that is in it. Nothing there is fine. */
export function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    throw wrapWriteError(`remove ${path}`, error);
  }
}

function putCopy(disk: Disk, source: string, target: string): void {
  const temporary = `${target}.new`;
  try {
    disk.copy(source, temporary, programMode);
    replaceDurably(disk, temporary, target);
  } catch (error) {
    removeFile(disk, temporary);
    throw error;
  }
}

/** Windows answers ERROR_ACCESS_DENIED or ERROR_SHARING_VIOLATION for a running program's file. */
function isInUse(error: unknown): boolean {
  const refusal = error instanceof MonitorError ? error.cause : error;
  return ['EPERM', 'EACCES', 'EBUSY'].includes(systemErrorCode(refusal) ?? '');
}

/** Those that are there. */
function oldNames(disk: Disk, target: string): readonly string[] {
  if (disk.stat(dirname(target)) === undefined) return [];
  const begins = `${basename(target)}.`;
  return disk
    .list(dirname(target))
    .filter((name) => name.startsWith(begins) && name.endsWith('.old'))
    .map((name) => join(dirname(target), name));
}

/** An earlier one may still run, and then keeps its name on Windows. */
function freeOldName(disk: Disk, target: string): string {
  for (const old of oldNames(disk, target)) tryRemove(disk, old);
  for (let number = 0; ; number += 1) {
    const name = number === 0 ? `${target}.old` : `${target}.${number}.old`;
    if (disk.stat(name) === undefined) return name;
  }
}
