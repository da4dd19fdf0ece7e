/**
 * What `spool list | show | retry | drop | verify` do, while an agent runs or not.
 *
 * None of them takes the folder's lock: each is a read, one rename or one unlink of a whole file,
 * and the agent takes a file that vanished or came as it finds it. What came or went is told to it
 * by the file `rescan`, at which it looks every few seconds. At worst a report that is dropped at
 * the very moment of its sending arrives all the same.
 */
import { join } from 'node:path';
import { removeFile } from '../base/atomic-file.ts';
import type { Disk } from '../base/disk.ts';
import {
  errorMessage,
  MonitorError,
  systemErrorCode,
  wrapSystemError,
  wrapWriteError,
} from '../base/errors.ts';
import { lockOwner } from './folder-lock.ts';
import { decodeReport, isReportKey } from './report-file.ts';
import type { SpoolEntry } from './spool.ts';
import {
  askForRescan,
  fileSize,
  namesIn,
  reasonPath,
  reportPath,
  type SpoolPaths,
  scanReports,
  spoolPaths,
} from './spool-folder.ts';

const asTheAgent = 'Run this as the user that the agent runs as.';

export interface RejectedEntry extends SpoolEntry {
  /** Why the server refused it, or undefined where nobody could write that down. */
  readonly reason: string | undefined;
}

export interface SpoolListing {
  /** Oldest first, like the others. */
  readonly pending: readonly SpoolEntry[];
  readonly rejected: readonly RejectedEntry[];
  readonly damaged: readonly { readonly name: string; readonly sizeBytes: number }[];
  /** Of the process that last had the folder. */
  readonly ownerPid: number | undefined;
}

/** A folder that does not exist lists as empty. Throws a MonitorError where it cannot be read. */
export function listSpool(disk: Disk, folder: string): SpoolListing {
  const paths = spoolPaths(folder);
  return reading(folder, () => ({
    pending: byKey(scanReports(disk, paths.pending).entries),
    rejected: byKey(scanReports(disk, paths.rejected).entries).map((entry) => ({
      ...entry,
      reason: readReason(disk, paths, entry.key),
    })),
    damaged: [...namesIn(disk, paths.damaged)].sort().map((name) => ({
      name,
      sizeBytes: fileSize(disk, join(paths.damaged, name)) ?? 0,
    })),
    ownerPid: lockOwner(disk, folder),
  }));
}

export interface ShownReport {
  readonly state: 'pending' | 'rejected';
  readonly reason: string | undefined;
  /** The JSON as it goes to the server. */
  readonly body: string;
}

/**
 * One report. Throws a MonitorError: USAGE for what is no key, NOT_AVAILABLE where no such report
 * waits (it may have been delivered), MALFORMED where its file is damaged.
 */
export function showReport(disk: Disk, folder: string, key: string): ShownReport {
  const paths = spoolPaths(folder);
  requireKey(key);
  for (const state of ['pending', 'rejected'] as const) {
    const content = readIfThere(disk, reportPath(paths[state], key));
    if (content === undefined) continue;
    const decoded = decodeReport(key, content);
    if (decoded.kind === 'damaged') {
      throw new MonitorError({
        code: 'MALFORMED',
        operation: `read ${key}`,
        reason: decoded.reason,
      });
    }
    const reason = state === 'rejected' ? readReason(disk, paths, key) : undefined;
    return { state, reason, body: Buffer.from(decoded.body).toString('utf8') };
  }
  throw notThere(key);
}

/**
 * Puts rejected reports back in line: those of `keys`, or all. Returns how many. Throws a
 * MonitorError NOT_AVAILABLE where a named one is not among the rejected.
 */
export function retryRejected(disk: Disk, folder: string, keys: readonly string[] | 'all'): number {
  const paths = spoolPaths(folder);
  const { entries } = reading(folder, () => scanReports(disk, paths.rejected));
  const chosen = choose(entries, keys);
  for (const key of chosen) {
    try {
      disk.rename(reportPath(paths.rejected, key), reportPath(paths.pending, key));
    } catch (error) {
      throw wrapWriteError(`queue ${key} again`, error, asTheAgent);
    }
    removeFile(disk, reasonPath(paths, key));
  }
  return finish(disk, paths, 'pending', chosen.length);
}

export type DropChoice =
  | { readonly state: 'pending' | 'rejected'; readonly keys: readonly string[] | 'all' }
  | { readonly state: 'damaged' };

/** Deletes reports for good. Returns how many. Throws like `retryRejected`. */
export function dropReports(disk: Disk, folder: string, choice: DropChoice): number {
  const paths = spoolPaths(folder);
  const files = reading(folder, () =>
    choice.state === 'damaged'
      ? namesIn(disk, paths.damaged).map((name) => join(paths.damaged, name))
      : choose(scanReports(disk, paths[choice.state]).entries, choice.keys).map((key) =>
          reportPath(paths[choice.state], key),
        ),
  );
  for (const file of files) {
    try {
      disk.unlink(file);
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') continue;
      throw wrapWriteError(`delete ${file}`, error, asTheAgent);
    }
    if (choice.state === 'rejected') removeFile(disk, file.replace(/\.report$/, '.reason'));
  }
  return finish(disk, paths, choice.state, files.length);
}

export interface VerifyResult {
  readonly checkedReports: number;
  /** Waiting or rejected files whose content is not what was written. Nothing is moved. */
  readonly damaged: readonly { readonly name: string; readonly reason: string }[];
  /** Damaged files put aside earlier. */
  readonly damagedAside: number;
}

/** Reads every report and checks its digest. */
export function verifySpool(disk: Disk, folder: string): VerifyResult {
  const paths = spoolPaths(folder);
  const damaged: { name: string; reason: string }[] = [];
  let checkedReports = 0;
  for (const state of ['pending', 'rejected'] as const) {
    const found = reading(folder, () => scanReports(disk, paths[state]));
    const foreign = found.foreign.filter(
      (name) => state === 'pending' || !name.endsWith('.reason'),
    );
    for (const name of foreign)
      damaged.push({ name: join(state, name), reason: 'it is not a report' });
    for (const { key } of byKey(found.entries)) {
      const path = reportPath(paths[state], key);
      const verdict = verdictOn(disk, key, path);
      if (verdict === 'gone') continue;
      checkedReports += 1;
      if (verdict !== 'whole')
        damaged.push({ name: join(state, `${key}.report`), reason: verdict });
    }
  }
  const damagedAside = reading(folder, () => namesIn(disk, paths.damaged).length);
  return { checkedReports, damaged, damagedAside };
}

/** `whole`, `gone` (delivered meanwhile), or what is wrong with it. */
function verdictOn(disk: Disk, key: string, path: string): string {
  try {
    const content = readIfThere(disk, path);
    if (content === undefined) return 'gone';
    const decoded = decodeReport(key, content);
    return decoded.kind === 'report' ? 'whole' : decoded.reason;
  } catch (error) {
    return errorMessage(error);
  }
}

function choose(entries: readonly SpoolEntry[], keys: readonly string[] | 'all'): string[] {
  const present = byKey(entries).map((entry) => entry.key);
  if (keys === 'all') return present;
  for (const key of keys) {
    requireKey(key);
    if (!present.includes(key)) throw notThere(key);
  }
  return [...keys];
}

/**
 * A power cut must not undo what was said to be done; nor may a report come back to those that wait
 * because it was put aside a moment before it was dropped.
 */
function finish(
  disk: Disk,
  paths: SpoolPaths,
  state: 'pending' | 'rejected' | 'damaged',
  changed: number,
): number {
  if (changed === 0) return 0;
  try {
    for (const folder of new Set([paths[state], paths.pending])) disk.syncFolder(folder);
    askForRescan(disk, paths);
  } catch (error) {
    throw wrapWriteError('tell the agent about the change', error);
  }
  return changed;
}

function requireKey(key: string): void {
  if (isReportKey(key)) return;
  throw new MonitorError({
    code: 'USAGE',
    operation: `find report ${key}`,
    reason: 'this is not the key of a report',
    hint: 'A key has 12 digits, a hyphen and 16 hex digits. See them with: system-monitor spool list',
  });
}

function notThere(key: string): MonitorError {
  return new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: `find report ${key}`,
    reason: 'there is no such report; it may have been sent by now',
  });
}

/** A reason that cannot be read is missing, and the reports are told all the same. */
function readReason(disk: Disk, paths: SpoolPaths, key: string): string | undefined {
  try {
    return disk.read(reasonPath(paths, key)).toString('utf8').trim();
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

function readIfThere(disk: Disk, path: string): Buffer | undefined {
  try {
    return disk.read(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw wrapSystemError(`read ${path}`, error);
  }
}

function reading<Value>(folder: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw wrapSystemError(`read ${folder}`, error, asTheAgent);
  }
}

function byKey<Entry extends SpoolEntry>(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));
}
