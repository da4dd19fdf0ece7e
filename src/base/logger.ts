/**
 * What the rooms log through: one line an event, fields rather than prose. The agent backs it with
 * pino (see pino-logger.ts); one-shot commands have no log at all.
 */
import type { LogEvent } from './log-events.ts';

/** Names in snake_case. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(event: LogEvent, fields?: LogFields): void;
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
}

export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
