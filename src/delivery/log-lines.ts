/** What the log says of deliveries. The driver keeps it from flooding (base/rate-limited-log.ts). */
import type { LogEvent } from '../base/log-events.ts';
import type { LogFields, Logger } from '../base/logger.ts';
import type { SpoolEntry } from '../spool/spool.ts';
import type { Backoff } from './backoff.ts';
import type { Rejected, Retryable } from './transport.ts';

export interface LogLine {
  readonly kind: 'log';
  readonly level: keyof Logger;
  readonly event: LogEvent;
  readonly fields: LogFields;
  /** Each matter of an event has a rate of its own: a new reason is told at once. */
  readonly matter?: string;
  /** Whether the number of reports that wait is told as well. */
  readonly tellsWaiting: boolean;
}

export function failureLine(failure: Retryable, backoff: Backoff, nowMs: number): LogLine {
  const { code, reason, slow } = failure;
  const waitMs = Math.round(backoff.untilMs - nowMs);
  return {
    kind: 'log',
    level: slow ? 'error' : 'warn',
    event: 'delivery.failed',
    fields: { code, reason, failures: backoff.failures, wait_ms: waitMs },
    matter: code,
    tellsWaiting: true,
  };
}

export function recoveryLine(backoff: Backoff): LogLine {
  return {
    kind: 'log',
    level: 'info',
    event: 'delivery.recovered',
    fields: { failures: backoff.failures },
    tellsWaiting: true,
  };
}

export function rejectionLine(entry: SpoolEntry, { code, reason }: Rejected): LogLine {
  return {
    kind: 'log',
    level: 'error',
    event: 'delivery.rejected',
    fields: { reason, epoch: entry.epoch },
    matter: code,
    tellsWaiting: false,
  };
}

export const otherMachineLine: LogLine = {
  kind: 'log',
  level: 'error',
  event: 'delivery.duplicate_system_id',
  fields: {
    hint: 'Give one of them a new id: system-monitor generate_system_id --save. If no other machine has this id, the clock was set back, and there is nothing to do.',
  },
  tellsWaiting: false,
};
