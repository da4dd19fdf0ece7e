/**
 * The log in which a system's own services are looked for, beside ours: the event log of Windows. It
 * gets the start, the stop and what goes wrong, and no more: ours has the rest.
 */
import type { Clock } from './clock.ts';
import { type LogEvent, logEvents } from './log-events.ts';
import type { LogFields, Logger } from './logger.ts';
import { redactSecrets } from './redact.ts';

export interface SystemLog {
  /** Never throws: a log that refuses stops no work. */
  report(kind: 'started' | 'stopped' | 'error', text: string): void;
}

/** What lasts is said by an entry an hour: the whole system reads this log. */
const repeatMs = 3_600_000;

/** The logger, whose start, stop and errors go to the system's log as well. */
export function withSystemLog<Log extends Logger>(
  logger: Log,
  systemLog: SystemLog | undefined,
  clock: Pick<Clock, 'monotonicMs'>,
): Log {
  if (systemLog === undefined) return logger;
  const saidMs = new Map<LogEvent, number>();
  return {
    ...logger,
    info: (event, fields) => {
      logger.info(event, fields);
      if (event === 'agent.started') systemLog.report('started', describe(event, fields));
      if (event === 'agent.stopped') systemLog.report('stopped', describe(event, fields));
    },
    error: (event, fields) => {
      logger.error(event, fields);
      const nowMs = clock.monotonicMs();
      if (nowMs - (saidMs.get(event) ?? Number.NEGATIVE_INFINITY) < repeatMs) return;
      saidMs.set(event, nowMs);
      systemLog.report('error', describe(event, fields));
    },
  };
}

/** For people: what happened, then the fields of our own log, without secrets. */
function describe(event: LogEvent, fields: LogFields = {}): string {
  const told = Object.entries(redactSecrets(fields)).filter(([, value]) => value !== undefined);
  return [
    logEvents[event],
    '',
    `event: ${event}`,
    ...told.map(
      ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
  ].join('\r\n');
}
