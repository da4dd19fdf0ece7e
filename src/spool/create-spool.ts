/**
 * The spool on disk. What it promises is in spool.ts; what its files hold, in report-file.ts.
 *
 * What it knows is one state (spool-state.ts), what has to go follows from it (plan-drop.ts), and the
 * driver does the reading and writing: incoming.ts, outgoing.ts, upkeep.ts.
 */
import type { Clock } from '../base/clock.ts';
import type { Disk } from '../base/disk.ts';
import type { Logger } from '../base/logger.ts';
import { createRateLimitedLog } from '../base/rate-limited-log.ts';
import { createAgeBound } from './age-bound.ts';
import { createDiskRefusal } from './disk-refusal.ts';
import { append } from './incoming.ts';
import { defaultSpoolLimits, type SpoolLimits } from './limits.ts';
import { createLockedFolder } from './locked-folder.ts';
import { acknowledge, read, reject } from './outgoing.ts';
import type { Spool } from './spool.ts';
import { spoolPaths } from './spool-folder.ts';
import type { SpoolParts } from './spool-parts.ts';
import { countsOf, createSpoolState } from './spool-state.ts';
import { close, dropTooOld, maintain, open, scan } from './upkeep.ts';

export interface SpoolOptions {
  readonly disk: Disk;
  /** Made where it is missing, with its parents, readable by the owner alone. */
  readonly folder: string;
  /** Of this process: whoever finds the folder locked is told. */
  readonly pid: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<SpoolLimits>;
}

const maintainEveryMs = 1000;

/**
 * Opens the spool of `folder` and locks it. Throws BUSY where another process has it; nothing else
 * stops a start: a folder that cannot be written makes the spool live in memory until it can be,
 * and a content that cannot be read is put aside and counted.
 */
export function createSpool(options: SpoolOptions): Spool {
  const { clock } = options;
  const parts = createParts(options);
  const { state } = parts;
  let maintainedMs = Number.NEGATIVE_INFINITY;
  let isClosed = false;
  open(parts);
  return {
    append(epoch, body) {
      dropTooOld(parts);
      return append(parts, epoch, body);
    },
    pending: () => state.pending.snapshot(),
    newest: () => state.pending.newest(),
    oldest: (accepts) => state.pending.find(accepts),
    read: (entry) => read(parts, entry),
    acknowledge: (entry) => acknowledge(parts, entry),
    reject: (entry, reason) => reject(parts, entry, reason),
    counts: () => countsOf(state),
    maintain() {
      const nowMs = clock.monotonicMs();
      if (isClosed || nowMs - maintainedMs < maintainEveryMs) return;
      maintainedMs = nowMs;
      maintain(parts);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      close(parts);
    },
  };
}

function createParts({ disk, folder, pid, clock, logger, ...options }: SpoolOptions): SpoolParts {
  const limits = { ...defaultSpoolLimits, ...options.limits };
  const paths = spoolPaths(folder);
  const onOpened = () => scan(parts);
  const parts: SpoolParts = {
    ...{ state: createSpoolState(), disk, paths, limits, clock, logger },
    folder: createLockedFolder({ disk, paths, pid, logger, onOpened }),
    ageBound: createAgeBound(clock, limits.maxAgeSeconds),
    refusal: createDiskRefusal(logger),
    drops: createRateLimitedLog({ logger, clock, intervalMs: 60_000 }),
  };
  return parts;
}
