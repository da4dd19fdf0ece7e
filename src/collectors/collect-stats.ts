/**
 * One whole sample: every collector at once, each with its own deadline, none able to stop another.
 */
import { errorMessage, MonitorError } from '../base/errors.ts';
import type { Stats } from '../wire/stats.ts';
import type { Collector, CollectorContext } from './collector.ts';
import { type PartName, type PartValues, sentParts } from './index.ts';
import { createCollector } from './lazy-collector.ts';
import { toStats } from './to-stats.ts';

export interface PartFailure {
  readonly part: PartName;
  readonly error: MonitorError;
}

/** `values` has no key for a part that failed. */
interface Sample {
  readonly values: Readonly<Partial<PartValues>>;
  readonly failures: readonly PartFailure[];
}

/**
 * `incomplete` when a part is missing without which a report would break the published contract, so
 * that none is made. Other failed parts are empty in `stats`.
 */
export type StatsResult = Sample &
  ({ readonly kind: 'collected'; readonly stats: Stats } | { readonly kind: 'incomplete' });

export interface StatsCollector {
  /** Never rejects. A failure is logged when it begins, when it changes and when it ends. */
  collect(): Promise<StatsResult>;
  /** Idempotent. */
  close(): void;
}

export interface StatsCollectorOptions {
  /** What is sent, unless told. */
  readonly parts?: readonly PartName[];
  /** In place of this system's: for tests. */
  readonly collectorOf?: <Part extends PartName>(part: Part) => Collector<PartValues[Part]>;
}

export function createStatsCollector(
  context: CollectorContext,
  options: StatsCollectorOptions = {},
): StatsCollector {
  const { parts = sentParts, collectorOf = (part) => createCollector(part, context) } = options;
  const guards = parts.map((part) => createGuard(part, collectorOf(part), context));

  async function collect(): Promise<StatsResult> {
    const values: Partial<PartValues> = {};
    const outcomes = await Promise.all(guards.map((guard) => guard.collect(values)));
    const failures = outcomes.filter((failure) => failure !== undefined);
    const stats = toStats(values);
    return stats === undefined
      ? { kind: 'incomplete', values, failures }
      : { kind: 'collected', stats, values, failures };
  }

  return {
    collect,
    close: () => {
      for (const guard of guards) guard.close();
    },
  };
}

interface Guard {
  /** Puts the value among the others. Never rejects. */
  collect(values: Partial<PartValues>): Promise<PartFailure | undefined>;
  close(): void;
}

function createGuard<Part extends PartName>(
  part: Part,
  collector: Collector<PartValues[Part]>,
  context: CollectorContext,
): Guard {
  let running = false;
  /** What was logged last, so that a lasting failure is said once. */
  let saidReason: string | undefined;

  async function run(signal: AbortSignal): Promise<PartValues[Part]> {
    running = true;
    try {
      return await collector.collect(signal);
    } finally {
      running = false;
    }
  }

  async function collect(values: Partial<PartValues>): Promise<PartFailure | undefined> {
    try {
      if (running) {
        throw new MonitorError({
          code: 'BUSY',
          operation: `collect ${part}`,
          reason: 'an earlier sample has not finished yet',
        });
      }
      values[part] = await collectWithin(part, run, context);
      if (saidReason !== undefined) context.logger.info('collector.recovered', { part });
      saidReason = undefined;
      return undefined;
    } catch (cause) {
      const error = asMonitorError(part, cause);
      if (saidReason !== error.message) {
        saidReason = error.message;
        context.logger.warn('collector.failed', { part, code: error.code, reason: error.message });
      }
      return { part, error };
    }
  }

  return { collect, close: () => collector.close?.() };
}

/**
 * One sample under the deadline. A collector that does not heed its signal is left behind: its
 * answer is dropped when it comes.
 */
export async function collectWithin<Value>(
  part: PartName,
  run: (signal: AbortSignal) => Promise<Value>,
  context: CollectorContext,
): Promise<Value> {
  const { deadlineMs } = context;
  const deadline = new AbortController();
  const finished = new AbortController();
  const timeout = context.clock.sleep(deadlineMs, finished.signal).then((): never => {
    if (!finished.signal.aborted) deadline.abort();
    throw new MonitorError({
      code: 'TIMEOUT',
      operation: `collect ${part}`,
      reason: `no answer within ${deadlineMs} ms`,
    });
  });
  try {
    return await Promise.race([run(deadline.signal), timeout]);
  } finally {
    timeout.catch(() => {
      // The race is decided; the losing side's rejection is nobody's concern.
    });
    finished.abort();
  }
}

function asMonitorError(part: PartName, error: unknown): MonitorError {
  if (error instanceof MonitorError) return error;
  return new MonitorError({
    code: 'BUG',
    operation: `collect ${part}`,
    reason: errorMessage(error),
    cause: error,
  });
}
