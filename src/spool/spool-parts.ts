/** What the driver's pieces share, and how a report is dropped. */
import { removeFile, tryRemove } from '../base/atomic-file.ts';
import type { Clock } from '../base/clock.ts';
import type { Disk } from '../base/disk.ts';
import type { Logger } from '../base/logger.ts';
import type { RateLimitedLog } from '../base/rate-limited-log.ts';
import type { AgeBound } from './age-bound.ts';
import type { DiskRefusal } from './disk-refusal.ts';
import type { SpoolLimits } from './limits.ts';
import type { LockedFolder } from './locked-folder.ts';
import { type Pressure, planDrop } from './plan-drop.ts';
import { reasonPath, reportPath, type SpoolPaths } from './spool-folder.ts';
import { type Drop, note, type SpoolState } from './spool-state.ts';

export interface SpoolParts {
  readonly state: SpoolState;
  readonly disk: Disk;
  readonly paths: SpoolPaths;
  readonly folder: LockedFolder;
  readonly limits: SpoolLimits;
  readonly ageBound: AgeBound;
  readonly refusal: DiskRefusal;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Says what is dropped, once a minute for each cause. */
  readonly drops: RateLimitedLog;
}

/** Drops as many as the pressure asks for, as far as the disk lets them go. */
export function relieve(
  parts: SpoolParts,
  pressure: Exclude<Pressure, { kind: 'free-disk' }>,
): void {
  const { state, limits } = parts;
  for (;;) {
    const drop = planDrop(state, limits, pressure);
    if (drop === undefined || !perform(parts, drop)) return;
  }
}

/** Drops the oldest on disk until they have given `bytes` for the report of `key`; answers how many. */
export function relieveDisk(parts: SpoolParts, key: string, bytes: number): number {
  const { state, limits } = parts;
  let given = 0;
  for (;;) {
    const pressure = { kind: 'free-disk', key, bytesOwed: bytes - given } as const;
    const drop = planDrop(state, limits, pressure);
    if (drop === undefined || !perform(parts, drop)) return given;
    given += drop.entry.sizeBytes;
  }
}

/**
 * False where the disk does not let it go; then it stays, and is not counted. Nor is one that somebody
 * else has deleted, or put back in line.
 */
export function perform(parts: SpoolParts, drop: Drop): boolean {
  const { state, disk, paths } = parts;
  const { from, entry } = drop;
  const outcome = tryRemove(disk, reportPath(paths[from], entry.key));
  const isInMemory = from === 'pending' && state.memory.has(entry.key);
  if (outcome === 'refused' && !isInMemory) return false;
  if (from === 'rejected') removeFile(disk, reasonPath(paths, entry.key));
  if (outcome === 'absent' && !isInMemory) note(state, { kind: 'gone', from, key: entry.key });
  else countDrop(parts, drop);
  return true;
}

export function countDrop({ state, clock, drops }: SpoolParts, drop: Drop): void {
  note(state, { kind: 'dropped', drop, atMs: clock.epochMs() });
  const { cause, entry } = drop;
  const fields = { cause, epoch: entry.epoch, dropped_reports: state.droppedReports };
  drops.log('warn', 'spool.dropped', fields, cause);
}
