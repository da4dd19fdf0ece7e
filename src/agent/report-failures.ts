/** Reports that could not be made: how many, why, and since when; in the log and as data. */
import type { Clock } from '../base/clock.ts';
import type { ErrorCode, MonitorError } from '../base/errors.ts';
import { createLastingLog } from '../base/lasting-log.ts';
import type { Logger } from '../base/logger.ts';

export interface FailureState {
  /** Reports that could not be made: cpu or memory missing, or a figure out of the contract. */
  readonly failedReports: number;
  /** Those of them since the last report that was made. */
  readonly consecutiveFailures: number;
  /** When the first of those was due, milliseconds since 1970. */
  readonly failingSinceMs: number | undefined;
  readonly lastError:
    | { readonly atMs: number; readonly code: ErrorCode; readonly reason: string }
    | undefined;
}

export interface ReportFailures {
  note(error: MonitorError): void;
  /** A report was made. */
  ended(): void;
  state(): FailureState;
}

export function createReportFailures(clock: Clock, logger: Logger): ReportFailures {
  const lasting = createLastingLog({ clock });
  let state: FailureState = {
    failedReports: 0,
    consecutiveFailures: 0,
    failingSinceMs: undefined,
    lastError: undefined,
  };
  return {
    note({ code, message: reason, hint }) {
      const atMs = clock.epochMs();
      state = {
        failedReports: state.failedReports + 1,
        consecutiveFailures: state.consecutiveFailures + 1,
        failingSinceMs: state.failingSinceMs ?? atMs,
        lastError: { atMs, code, reason },
      };
      lasting.holds('report', reason, () => logger.error('report.failed', { code, reason, hint }));
    },
    ended() {
      lasting.ended('report', () => logger.info('report.recovered'));
      state = { ...state, consecutiveFailures: 0, failingSinceMs: undefined };
    },
    state: () => state,
  };
}
