/** One report: collected, put into the contract's form, spooled, announced; and what came of it. */
import type { Clock } from '../base/clock.ts';
import { isForeseen, MonitorError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Remarks } from '../base/remarks.ts';
import type { StatsCollector } from '../collectors/collect-stats.ts';
import { healthHeaderOf } from '../collectors/part-health.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { HealthNotes } from '../delivery/health-notes.ts';
import type { Spool, SpoolEntry } from '../spool/spool.ts';
import { createReportFitter } from './fit-report.ts';
import type { ReportHeader } from './report.ts';
import { createReportFailures, type FailureState } from './report-failures.ts';
import type { UnusedSecond } from './unused-second.ts';

/** What a reload of the configuration may change while the loop goes on. */
export interface Reporting {
  readonly header: ReportHeader;
  /** Of a report's body. */
  readonly reportBytesMax: number;
  readonly collector: Pick<StatsCollector, 'collect'>;
}

export interface ReporterOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly spool: Pick<Spool, 'append'>;
  readonly delivery: Pick<Delivery, 'announce'>;
  /** Told how it stood with a report's parts, before the report is announced. */
  readonly health: Pick<HealthNotes, 'note'>;
  /** Where it is said what had to give way for a report to fit. */
  readonly remarks: Remarks;
}

export interface ReporterParts extends ReporterOptions {
  readonly second: UnusedSecond;
  /** What holds now: asked when the second has come. */
  readonly reporting: () => Reporting;
}

export interface ReporterState extends FailureState {
  readonly collectedReports: number;
  readonly lastCollectedEpoch: number | undefined;
  readonly lastCollectMs: number | undefined;
}

export interface Reporter {
  /**
   * Makes and spools one report now. Undefined when it could not be made, which is then logged, or
   * when `signal` aborted meanwhile.
   */
  report(signal?: AbortSignal): Promise<SpoolEntry | undefined>;
  state(): ReporterState;
}

export function createReporter(parts: ReporterParts): Reporter {
  const { clock, logger, spool, delivery, health, second } = parts;
  const failures = createReportFailures(clock, logger);
  const fitter = createReportFitter(parts.remarks);
  let collectedReports = 0;
  let lastCollectedEpoch: number | undefined;
  let lastCollectMs: number | undefined;

  async function report(signal?: AbortSignal): Promise<SpoolEntry | undefined> {
    try {
      await second.wait(signal);
      const entry = await collectAndSpool(signal);
      if (entry === undefined) return undefined;
      failures.ended();
      return entry;
    } catch (error) {
      if (!isForeseen(error)) throw error;
      failures.note(error);
      return undefined;
    }
  }

  /** Undefined when `signal` aborted: the spool may be another process's by now. */
  async function collectAndSpool(signal?: AbortSignal): Promise<SpoolEntry | undefined> {
    const { header, reportBytesMax, collector } = parts.reporting();
    const startMs = clock.monotonicMs();
    const epoch = Math.floor(clock.epochMs() / 1000);
    const result = await collector.collect();
    if (signal?.aborted === true) return undefined;
    if (result.kind === 'incomplete') {
      throw new MonitorError({
        code: 'NOT_AVAILABLE',
        operation: 'make a report',
        reason: result.failures.map((failure) => failure.error.message).join('; '),
      });
    }
    const body = fitter.encode(header, epoch, result.stats, reportBytesMax);
    const entry = spool.append(epoch, body);
    second.use(epoch);
    collectedReports += 1;
    lastCollectedEpoch = epoch;
    lastCollectMs = clock.monotonicMs() - startMs;
    logger.debug('report.collected', {
      key: entry.key,
      bytes: entry.sizeBytes,
      took_ms: Math.round(lastCollectMs),
    });
    health.note(entry.key, healthHeaderOf(result.states));
    delivery.announce(entry);
    return entry;
  }

  return {
    report,
    state: () => ({
      ...failures.state(),
      collectedReports,
      lastCollectedEpoch,
      lastCollectMs,
    }),
  };
}
