/**
 * Where the spool's files are, and the plain operations on them.
 *
 *   pending/<key>.report    waits to be sent
 *   rejected/<key>.report   refused by the server for good, beside <key>.reason
 *   damaged/<any name>      was found in pending/ and is no report
 *   lock, owner             see folder-lock.ts
 *   rescan                  left by `spool retry` and `spool drop`: the agent looks again
 */
import { join } from 'node:path';
import { makeFolder, writeFileQuickly } from '../base/atomic-file.ts';
import type { Disk } from '../base/disk.ts';
import { systemErrorCode } from '../base/errors.ts';
import { entryOf, fileNameOfKey, keyOfFileName } from './report-file.ts';
import type { SpoolEntry } from './spool.ts';

export interface SpoolPaths {
  readonly root: string;
  readonly pending: string;
  readonly rejected: string;
  readonly damaged: string;
  readonly rescan: string;
}

export function spoolPaths(folder: string): SpoolPaths {
  return {
    root: folder,
    pending: join(folder, 'pending'),
    rejected: join(folder, 'rejected'),
    damaged: join(folder, 'damaged'),
    rescan: join(folder, 'rescan'),
  };
}

export function makeSpoolFolders(disk: Disk, paths: SpoolPaths): void {
  for (const folder of [paths.pending, paths.rejected, paths.damaged]) makeFolder(disk, folder);
}

export function reportPath(folder: string, key: string): string {
  return join(folder, fileNameOfKey(key));
}

export function reasonPath(paths: SpoolPaths, key: string): string {
  return join(paths.rejected, `${key}.reason`);
}

export interface FolderScan {
  /** In no order. */
  readonly entries: readonly SpoolEntry[];
  /** Names of files that are no report: foreign, or empty. */
  readonly foreign: readonly string[];
  /** Names of files whose writing a crash cut short. They were never durable. */
  readonly unfinished: readonly string[];
}

/** Looks at names and sizes only; contents are checked when they are read. A missing folder is empty. */
export function scanReports(disk: Disk, folder: string): FolderScan {
  const entries: SpoolEntry[] = [];
  const foreign: string[] = [];
  const unfinished: string[] = [];
  for (const name of namesIn(disk, folder)) {
    if (name.endsWith('.report.tmp')) {
      unfinished.push(name);
      continue;
    }
    const key = keyOfFileName(name);
    const size = fileSize(disk, join(folder, name));
    if (size === undefined) continue;
    if (key === undefined || size === 0) foreign.push(name);
    else entries.push(entryOf(key, size, true));
  }
  return { entries, foreign, unfinished };
}

/** Empty for a folder that is missing. */
export function namesIn(disk: Disk, folder: string): readonly string[] {
  try {
    return disk.list(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Undefined where it is gone, or is no plain file (a folder is left where it is). */
export function fileSize(disk: Disk, path: string): number | undefined {
  const found = disk.stat(path);
  return found?.isFile === true ? found.sizeBytes : undefined;
}

/** Removes a file in the background; calls back only where it is gone. */
export function removeFileSoon(disk: Disk, path: string, onGone: () => void): void {
  disk.unlinkSoon(path, (error) => {
    if (error === null || systemErrorCode(error) === 'ENOENT') onGone();
  });
}

/** Moves a file into another folder of the same spool, durably. True where that worked. */
export function moveFile(disk: Disk, from: string, folder: string, name: string): boolean {
  try {
    disk.rename(from, join(folder, name));
  } catch {
    return false;
  }
  try {
    disk.syncFolder(folder);
  } catch {
    // Moved, though perhaps not for a power cut: then it is back where it was, and is moved again.
  }
  return true;
}

/** Tells a running agent that files came or went without it. */
export function askForRescan(disk: Disk, paths: SpoolPaths): void {
  writeFileQuickly(disk, paths.rescan, '');
}
