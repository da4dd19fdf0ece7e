/**
 * One whole sample: every collector at once, each with its own deadline, none able to stop another.
 */
import { errorMessage, MonitorError } from '../base/errors.ts';
import type { Remark } from '../base/remarks.ts';
import type { Stats } from '../wire/stats.ts';
import type { Collector, CollectorContext } from './collector.ts';
import { type PartName, type PartValues, parts as rows, sentParts } from './index.ts';
import { createCollector } from './lazy-collector.ts';
import {
  createHealthBook,
  type HealthBook,
  type PartHealth,
  type PartOutcome,
  type PartState,
} from './part-health.ts';
import { toStats } from './to-stats.ts';

export interface PartFailure {
  readonly part: PartName;
  readonly error: MonitorError;
}

/** `values` has no key for a part that failed. */
interface Sample {
  readonly values: Readonly<Partial<PartValues>>;
  readonly states: Readonly<Partial<Record<PartName, PartState>>>;
  readonly failures: readonly PartFailure[];
}

/**
 * `incomplete` when a part is missing without which a report would break the published contract, so
 * that none is made. Other failed parts are empty in `stats`.
 */
export type StatsResult = Sample &
  ({ readonly kind: 'collected'; readonly stats: Stats } | { readonly kind: 'incomplete' });

export interface Health {
  readonly parts: ReadonlyMap<PartName, PartHealth>;
  readonly remarks: readonly Remark[];
}

export interface StatsCollector {
  /** Never rejects. */
  collect(): Promise<StatsResult>;
  /** As of the last sample. */
  health(): Health;
  /** Idempotent. */
  close(): void;
}

export interface StatsCollectorOptions {
  /** What is sent, unless told. */
  readonly parts?: readonly PartName[];
  /** Where the outcomes are noted: one of its own unless told. */
  readonly health?: HealthBook;
  /** In place of this system's: for tests. */
  readonly collectorOf?: <Part extends PartName>(part: Part) => Collector<PartValues[Part]>;
}

export function createStatsCollector(
  context: CollectorContext,
  options: StatsCollectorOptions = {},
): StatsCollector {
  const { parts = sentParts, collectorOf = (part) => createCollector(part, context) } = options;
  const health = options.health ?? createHealthBook(context);
  const guards = parts.map((part) => createGuard(part, collectorOf(part), context));

  async function collect(): Promise<StatsResult> {
    const values: Partial<PartValues> = {};
    const epoch = Math.floor(context.clock.epochMs() / 1000);
    const outcomes = await Promise.all(guards.map((guard) => guard.collect(values)));
    const states: Partial<Record<PartName, PartState>> = {};
    const failures: PartFailure[] = [];
    for (const [index, part] of parts.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      health.note(part, epoch, outcome);
      states[part] = outcome.state;
      if (outcome.state === 'failed') failures.push({ part, error: outcome.error });
    }
    const stats = toStats(values);
    return stats === undefined
      ? { kind: 'incomplete', values, states, failures }
      : { kind: 'collected', stats, values, states, failures };
  }

  return {
    collect,
    health: () => ({ parts: health.current(), remarks: context.remarks.current() }),
    close: () => {
      for (const guard of guards) guard.close();
    },
  };
}

interface Guard {
  /** Puts the value among the others. Never rejects. */
  collect(values: Partial<PartValues>): Promise<PartOutcome>;
  close(): void;
}

function createGuard<Part extends PartName>(
  part: Part,
  collector: Collector<PartValues[Part]>,
  context: CollectorContext,
): Guard {
  const { clock, settings } = context;
  let running = false;

  async function run(signal: AbortSignal): Promise<PartValues[Part]> {
    running = true;
    try {
      return await collector.collect(signal);
    } finally {
      running = false;
    }
  }

  async function collect(values: Partial<PartValues>): Promise<PartOutcome> {
    const startedMs = clock.monotonicMs();
    const tookMs = (): number => Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
    try {
      if (running) throw notEnded(part);
      const value = await collectWithin(part, run, context);
      const verdict = rows[part].judge?.(value, settings) ?? 'ok';
      if (verdict === 'impossible') throw hasNothing(part);
      values[part] = value;
      return { state: verdict, tookMs: tookMs() };
    } catch (cause) {
      return { state: 'failed', error: asMonitorError(part, cause), tookMs: tookMs() };
    }
  }

  return { collect, close: () => collector.close?.() };
}

function notEnded(part: PartName): MonitorError {
  return new MonitorError({
    code: 'BUSY',
    operation: `collect ${part}`,
    reason: 'an earlier sample has not finished yet',
  });
}

function hasNothing(part: PartName): MonitorError {
  return new MonitorError({
    code: 'MALFORMED',
    operation: `collect ${part}`,
    reason: 'the system lists none, which is impossible',
  });
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
