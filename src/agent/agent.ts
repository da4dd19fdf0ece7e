/**
 * The background loop. It collects at its own pace; the network never drives it.
 *
 *   schedule ─tick─▶ collect ─stats─▶ report ─▶ spool (fsync) ─▶ announce to delivery
 *
 * Delivery runs beside it and takes from the spool alone.
 */
import type { Clock } from '../base/clock.ts';
import { errorMessage, isForeseen, MonitorError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { StatsCollector } from '../collectors/collect-stats.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Spool, SpoolEntry } from '../spool/spool.ts';
import { encodeReport, type ReportHeader } from './report.ts';
import { createSchedule, phaseOf } from './schedule.ts';

export interface AgentOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly spool: Pick<Spool, 'append'>;
  readonly delivery: Pick<Delivery, 'announce'>;
  readonly reporting: Reporting;
}

/** What a reload of the configuration may change while the loop goes on. */
export interface Reporting {
  readonly header: ReportHeader;
  readonly collector: StatsCollector;
}

/** The agent's own health, as data for `status`. */
export interface AgentState {
  readonly collectedReports: number;
  /** Reports that could not be made: cpu or memory missing, or a figure out of the contract. */
  readonly failedReports: number;
  readonly skippedTicks: number;
  readonly lastCollectedEpoch: number | undefined;
  readonly lastCollectMs: number | undefined;
}

export interface Agent {
  /** Collects until `signal` aborts; the report in hand is written first. */
  run(signal: AbortSignal): Promise<void>;
  /** Makes and spools one report now. Undefined when it could not be made, which is then logged. */
  collectOnce(signal?: AbortSignal): Promise<SpoolEntry | undefined>;
  /** From the next tick on. A changed interval or id begins a new schedule. */
  reconfigure(reporting: Reporting): void;
  state(): AgentState;
}

const secondMs = 1000;
const longestWaitMs = 2 * secondMs;

export function createAgent(options: AgentOptions): Agent {
  const { clock, logger, spool, delivery } = options;
  let reporting = options.reporting;
  let rescheduled = new AbortController();
  let lastFailure: string | undefined;
  const counts = { collected: 0, failed: 0, skipped: 0 };
  /** Epochs up to this one are taken: an earlier process may have reported in this very second. */
  let usedEpoch = Math.floor(clock.epochMs() / secondMs);
  let lastCollectedEpoch: number | undefined;
  let lastCollectMs: number | undefined;

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await waitForUnusedSecond(signal);
      rescheduled = new AbortController();
      await runSchedule(signal, AbortSignal.any([signal, rescheduled.signal]));
    }
  }

  /** `ended` aborts with `stopped`, and when another schedule is to begin. */
  async function runSchedule(stopped: AbortSignal, ended: AbortSignal): Promise<void> {
    const intervalMs = reporting.header.intervalSeconds * secondMs;
    const phaseMs = phaseOf(reporting.header.systemId, intervalMs);
    const schedule = createSchedule({ clock, intervalMs, phaseMs });
    while (!ended.aborted) {
      const tick = schedule.next();
      if (tick.skipped > 0) {
        counts.skipped += tick.skipped;
        logger.warn('schedule.skipped', { ticks: tick.skipped });
      }
      await sleepUntil(tick.atMs, ended);
      if (ended.aborted) return;
      await collectOnce(stopped);
    }
  }

  /** A timer may fire a moment early by the monotonic clock. */
  async function sleepUntil(atMs: number, signal: AbortSignal): Promise<void> {
    let waitMs = atMs - clock.monotonicMs();
    while (waitMs > 0 && !signal.aborted) {
      await clock.sleep(Math.ceil(waitMs), signal);
      waitMs = atMs - clock.monotonicMs();
    }
  }

  async function collectOnce(signal?: AbortSignal): Promise<SpoolEntry | undefined> {
    try {
      await waitForUnusedSecond(signal);
      const entry = await collectAndSpool(signal);
      if (entry === undefined) return undefined;
      if (lastFailure !== undefined) logger.info('report.recovered');
      lastFailure = undefined;
      return entry;
    } catch (error) {
      if (!isForeseen(error)) throw error;
      counts.failed += 1;
      // Said once for each change: a full disk must not fill the log as well.
      const failure = errorMessage(error);
      if (failure !== lastFailure) {
        logger.error('report.failed', { code: error.code, reason: failure, hint: error.hint });
      }
      lastFailure = failure;
      return undefined;
    }
  }

  /** Undefined when `signal` aborted: the spool may be another process's by now. */
  async function collectAndSpool(signal?: AbortSignal): Promise<SpoolEntry | undefined> {
    const { header, collector } = reporting;
    const startMs = clock.monotonicMs();
    const epoch = Math.floor(clock.epochMs() / secondMs);
    const result = await collector.collect();
    if (signal?.aborted === true) return undefined;
    if (result.kind === 'incomplete') {
      throw new MonitorError({
        code: 'NOT_AVAILABLE',
        operation: 'make a report',
        reason: result.failures.map((failure) => failure.error.message).join('; '),
      });
    }
    const entry = spool.append(epoch, encodeReport(header, epoch, result.stats));
    usedEpoch = epoch;
    lastCollectedEpoch = epoch;
    lastCollectMs = clock.monotonicMs() - startMs;
    counts.collected += 1;
    logger.debug('report.collected', {
      key: entry.key,
      bytes: entry.sizeBytes,
      took_ms: Math.round(lastCollectMs),
    });
    delivery.announce(entry);
    return entry;
  }

  /**
   * Receivers tell reports apart by id and epoch, which has whole seconds, so no second may be used
   * twice: not by this process and the one before it, nor by two ticks. At an interval of one
   * second two of them can fall into the same one, and a clock that is being slewed can step back
   * into it: the later report waits for the next second. A clock that was set back further is
   * believed.
   */
  async function waitForUnusedSecond(signal?: AbortSignal): Promise<void> {
    const unusedMs = (usedEpoch + 1) * secondMs;
    // More than once, because the clock may be moved during the wait; and not for ever.
    for (let tries = 0; tries < 5; tries += 1) {
      const waitMs = unusedMs - clock.epochMs();
      if (waitMs <= 0 || waitMs > longestWaitMs) return;
      await clock.sleep(Math.ceil(waitMs), signal);
      if (signal?.aborted === true) return;
    }
  }

  function reconfigure(next: Reporting): void {
    const previous = reporting;
    reporting = next;
    const isNewSchedule =
      next.header.intervalSeconds !== previous.header.intervalSeconds ||
      next.header.systemId !== previous.header.systemId;
    if (isNewSchedule) rescheduled.abort();
  }

  return {
    run,
    collectOnce,
    reconfigure,
    state: () => ({
      collectedReports: counts.collected,
      failedReports: counts.failed,
      skippedTicks: counts.skipped,
      lastCollectedEpoch,
      lastCollectMs,
    }),
  };
}
