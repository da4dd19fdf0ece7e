/** What the spool does beside its reports: it looks at its folder, and clears up now and then. */
import { join } from 'node:path';
import { removeFile } from '../base/atomic-file.ts';
import { MonitorError } from '../base/errors.ts';
import { settleMemory } from './incoming.ts';
import { putDamagedAside, releaseSettled } from './outgoing.ts';
import { fileSize, namesIn, scanReports } from './spool-folder.ts';
import { relieve, type SpoolParts } from './spool-parts.ts';
import { note } from './spool-state.ts';

/** Throws BUSY where another process has the folder; any other refusal leaves memory to live in. */
export function open({ folder, refusal }: SpoolParts): void {
  try {
    folder.ensure();
  } catch (error) {
    if (error instanceof MonitorError && error.code === 'BUSY') throw error;
    refusal.note(error);
  }
}

/** Looks at the folders, at a start and whenever they may hold something else. */
export function scan(parts: SpoolParts): void {
  const { state, disk, paths } = parts;
  const found = scanReports(disk, paths.pending);
  const damagedSizes = namesIn(disk, paths.damaged).map(
    (name) => fileSize(disk, join(paths.damaged, name)) ?? 0,
  );
  note(state, {
    kind: 'found',
    pending: found.entries,
    rejected: scanReports(disk, paths.rejected).entries,
    damagedSizes,
  });
  for (const name of found.unfinished) removeFile(disk, join(paths.pending, name));
  for (const name of found.foreign) putDamagedAside(parts, name, 'it is not a report');
}

export function dropTooOld(parts: SpoolParts): void {
  const oldestAllowedEpoch = parts.ageBound.oldestAllowedEpoch();
  if (oldestAllowedEpoch === undefined) return;
  for (const from of ['pending', 'rejected'] as const) {
    relieve(parts, { kind: 'age', from, oldestAllowedEpoch });
  }
}

export function maintain(parts: SpoolParts): void {
  const { state, disk, paths, folder, refusal } = parts;
  dropTooOld(parts);
  releaseSettled(parts);
  try {
    folder.ensure();
    if (fileSize(disk, paths.rescan) !== undefined) {
      removeFile(disk, paths.rescan);
      scan(parts);
    }
  } catch (error) {
    refusal.note(error);
    return;
  }
  if (settleMemory(parts)) refusal.noteRecovery(state.pending.size);
}

export function close(parts: SpoolParts): void {
  const { state, folder, logger } = parts;
  // The last chance of what memory holds; a refusal may have been a passing one.
  for (let tries = 0; tries < 3 && !settleMemory(parts); tries += 1);
  if (state.memory.size > 0) logger.error('spool.lost', { reports: state.memory.size });
  releaseSettled(parts);
  folder.release();
}
