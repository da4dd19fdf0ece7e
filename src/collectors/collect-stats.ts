/**
 * One whole sample: every collector at once, each with its own deadline, none able to stop another.
 */
import { errorMessage, MonitorError } from '../base/errors.ts';
import type { Stats, StatsPart } from '../wire/stats.ts';
import type { Collector, CollectorContext } from './collector.ts';
import type { Collectors } from './index.ts';

export interface PartFailure {
  readonly part: StatsPart;
  readonly error: MonitorError;
}

/**
 * `incomplete` when cpu or memory is missing: a report without them would break the published
 * contract, so none is made. Other failed parts are empty in `stats`.
 */
export type StatsResult =
  | { readonly kind: 'collected'; readonly stats: Stats; readonly failures: readonly PartFailure[] }
  | { readonly kind: 'incomplete'; readonly failures: readonly PartFailure[] };

export interface StatsCollector {
  /** Never rejects. A failure is logged when it begins, when it changes and when it ends. */
  collect(): Promise<StatsResult>;
  /** Idempotent. */
  close(): void;
}

export function createStatsCollector(
  collectors: Collectors,
  context: CollectorContext,
): StatsCollector {
  const guards = {
    cpu: createGuard('cpu', collectors.cpu, context),
    memory: createGuard('memory', collectors.memory, context),
    processes: createGuard('processes', collectors.processes, context),
    disks: createGuard('disks', collectors.disks, context),
    network: createGuard('network', collectors.network, context),
  };

  async function collect(): Promise<StatsResult> {
    const [cpu, memory, processes, disks, network] = await Promise.all([
      guards.cpu.collect(),
      guards.memory.collect(),
      guards.processes.collect(),
      guards.disks.collect(),
      guards.network.collect(),
    ]);
    const failures = [cpu, memory, processes, disks, network].flatMap((part) =>
      part.failure === undefined ? [] : [part.failure],
    );
    if (cpu.value === undefined || memory.value === undefined) {
      return { kind: 'incomplete', failures };
    }
    const stats: Stats = {
      cpu: cpu.value,
      memory: memory.value,
      processes: processes.value ?? [],
      disks: disks.value ?? {},
      network: network.value ?? {},
    };
    return { kind: 'collected', stats, failures };
  }

  return {
    collect,
    close: () => {
      for (const collector of Object.values(collectors)) collector.close?.();
    },
  };
}

type Guarded<Value> =
  | { readonly value: Value; readonly failure: undefined }
  | { readonly value: undefined; readonly failure: PartFailure };

interface Guard<Value> {
  collect(): Promise<Guarded<Value>>;
}

function createGuard<Value>(
  part: StatsPart,
  collector: Collector<Value>,
  context: CollectorContext,
): Guard<Value> {
  let running = false;
  /** What was logged last, so that a lasting failure is said once. */
  let saidReason: string | undefined;

  async function run(signal: AbortSignal): Promise<Value> {
    running = true;
    try {
      return await collector.collect(signal);
    } finally {
      running = false;
    }
  }

  async function collect(): Promise<Guarded<Value>> {
    try {
      if (running) {
        throw new MonitorError({
          code: 'BUSY',
          operation: `collect ${part}`,
          reason: 'an earlier sample has not ended yet',
        });
      }
      const value = await collectWithin(part, run, context);
      if (saidReason !== undefined) context.logger.info('collector.recovered', { part });
      saidReason = undefined;
      return { value, failure: undefined };
    } catch (cause) {
      const error = asMonitorError(part, cause);
      if (saidReason !== error.message) {
        saidReason = error.message;
        context.logger.warn('collector.failed', { part, code: error.code, reason: error.message });
      }
      return { value: undefined, failure: { part, error } };
    }
  }

  return { collect };
}

/**
 * One sample under the deadline. A collector that does not heed its signal is left behind: its
 * answer is dropped when it comes.
 */
export async function collectWithin<Value>(
  part: StatsPart,
  run: (signal: AbortSignal) => Promise<Value>,
  context: CollectorContext,
): Promise<Value> {
  const { deadlineMs } = context.settings;
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

function asMonitorError(part: StatsPart, error: unknown): MonitorError {
  if (error instanceof MonitorError) return error;
  return new MonitorError({
    code: 'BUG',
    operation: `collect ${part}`,
    reason: errorMessage(error),
    cause: error,
  });
}
