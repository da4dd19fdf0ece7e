/** How a report leaves the spool: it is read, acknowledged, or put aside as rejected or damaged. */
import { join } from 'node:path';
import { removeFile, writeFileQuickly } from '../base/atomic-file.ts';
import { errorMessage, systemErrorCode, wrapSystemError } from '../base/errors.ts';
import { decodeReport, fileNameOfKey } from './report-file.ts';
import type { SpoolEntry } from './spool.ts';
import {
  fileSize,
  moveFile,
  namesIn,
  reasonPath,
  removeFileSoon,
  reportPath,
} from './spool-folder.ts';
import { countDrop, relieve, type SpoolParts } from './spool-parts.ts';
import { note } from './spool-state.ts';

/**
 * Whoever cannot read because of these may read later: the process has too much open, or somebody
 * else has the file (a virus scanner on Windows, which shows as EBUSY or EPERM).
 */
const passingReadErrors = new Set([
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'EBUSY'],
  ...['EACCES', 'EPERM'],
]);
/** Beyond it the sender waits for the disk: what is not gone at a crash is sent once more. */
const unlinksAtOnce = 256;

export function read(parts: SpoolParts, { key }: SpoolEntry): Uint8Array | undefined {
  const { state, disk, paths } = parts;
  const inMemory = state.memory.get(key);
  if (inMemory !== undefined) return inMemory;
  const path = reportPath(paths.pending, key);
  let content: Uint8Array;
  try {
    content = disk.read(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== undefined && passingReadErrors.has(code)) {
      throw wrapSystemError(`read ${path}`, error);
    }
    if (code === 'ENOENT') note(state, { kind: 'gone', from: 'pending', key });
    else putDamagedAside(parts, fileNameOfKey(key), errorMessage(error), key);
    return undefined;
  }
  const decoded = decodeReport(key, content);
  if (decoded.kind === 'report') return decoded.body;
  putDamagedAside(parts, fileNameOfKey(key), decoded.reason, key);
  return undefined;
}

export function acknowledge(parts: SpoolParts, { key }: SpoolEntry): void {
  const { state, disk } = parts;
  if (!state.pending.has(key)) return;
  const path = reportPath(parts.paths.pending, key);
  const hasFile = !state.memory.has(key) || fileSize(disk, path) !== undefined;
  if (!hasFile) {
    note(state, { kind: 'gone', from: 'pending', key });
    return;
  }
  note(state, { kind: 'settled', key });
  // No sync, and beside the next request: should a crash or a power cut undo the unlink, the report
  // is sent once more under its key. On a busy disk an unlink takes a millisecond.
  if (state.settled.size > unlinksAtOnce) releaseSettled(parts);
  else removeFileSoon(disk, path, () => note(state, { kind: 'released', key }));
}

export function releaseSettled({ state, disk, paths }: SpoolParts): void {
  for (const key of state.settled) {
    if (removeFile(disk, reportPath(paths.pending, key))) note(state, { kind: 'released', key });
  }
}

export function reject(parts: SpoolParts, entry: SpoolEntry, reason: string): void {
  const { state, disk, paths } = parts;
  const { key } = entry;
  if (!state.pending.has(key)) return;
  const path = reportPath(paths.pending, key);
  if (!moveFile(disk, path, paths.rejected, fileNameOfKey(key))) {
    // In memory, or on a disk that refuses: it cannot be put aside, and must not be sent for ever.
    const hasFile = fileSize(disk, path) !== undefined;
    countDrop(parts, { from: 'pending', entry, cause: 'memory' });
    if (hasFile) note(state, { kind: 'settled', key });
    return;
  }
  note(state, { kind: 'rejected', entry });
  try {
    writeFileQuickly(disk, reasonPath(paths, key), `${reason}\n`);
  } catch {
    // The report is aside; only its explanation is missing, and the log has it.
  }
  relieve(parts, { kind: 'rejected-size' });
}

/** Moves a file of pending/ that is no report; `key` where it was taken for one. */
export function putDamagedAside(
  parts: SpoolParts,
  name: string,
  reason: string,
  key?: string,
): void {
  const { state, disk, paths, limits, logger } = parts;
  const from = join(paths.pending, name);
  const sizeBytes = fileSize(disk, from) ?? 0;
  const isAside = moveFile(disk, from, paths.damaged, name);
  note(state, {
    kind: 'damaged',
    sizeBytes: isAside ? sizeBytes : undefined,
    ...(key === undefined ? {} : { key }),
  });
  logger.warn('spool.damaged', { name, reason, folder: paths.damaged });
  if (state.damagedBytes > limits.maxAsideBytes) trimDamaged(parts);
}

function trimDamaged({ state, disk, paths, limits }: SpoolParts): void {
  for (const name of [...namesIn(disk, paths.damaged)].sort()) {
    if (state.damagedBytes <= limits.maxAsideBytes) return;
    const path = join(paths.damaged, name);
    const sizeBytes = fileSize(disk, path);
    if (sizeBytes === undefined || !removeFile(disk, path)) continue;
    note(state, { kind: 'trimmed', sizeBytes });
  }
}
