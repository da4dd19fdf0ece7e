/**
 * The background loop. It collects at its own pace; the network never drives it.
 *
 *   schedule ─tick─▶ collect ─stats─▶ report ─▶ spool (fsync) ─▶ announce to delivery
 *
 * Delivery runs beside it and takes from the spool alone.
 */
import type { SpoolEntry } from '../spool/spool.ts';
import {
  createReporter,
  type ReporterOptions,
  type ReporterState,
  type Reporting,
} from './reporter.ts';
import { createSchedule, phaseOf } from './schedule.ts';
import { createUnusedSecond } from './unused-second.ts';

export type { Reporting } from './reporter.ts';

export interface AgentOptions extends ReporterOptions {
  readonly reporting: Reporting;
}

/** The agent's own health, as data for `status`. */
export interface AgentState extends ReporterState {
  readonly skippedTicks: number;
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

export function createAgent(options: AgentOptions): Agent {
  const { clock, logger } = options;
  const second = createUnusedSecond(clock);
  let reporting = options.reporting;
  const reporter = createReporter({ ...options, second, reporting: () => reporting });
  let rescheduled = new AbortController();
  let skippedTicks = 0;

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await second.wait(signal);
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
        skippedTicks += tick.skipped;
        logger.warn('schedule.skipped', { ticks: tick.skipped });
      }
      await sleepUntil(tick.atMs, ended);
      if (ended.aborted) return;
      await reporter.report(stopped);
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

  return {
    run,
    collectOnce: reporter.report,
    reconfigure(next) {
      const { intervalSeconds, systemId } = reporting.header;
      reporting = next;
      const { header } = next;
      const isSame = header.intervalSeconds === intervalSeconds && header.systemId === systemId;
      if (!isSame) rescheduled.abort();
    },
    state: () => ({ ...reporter.state(), skippedTicks }),
  };
}
