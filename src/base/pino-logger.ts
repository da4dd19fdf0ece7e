/**
 * The agent's log: pino, one JSON line an event, on standard error. Loaded by `background` alone.
 * pino's transports are not used: they start a worker from a file that a single executable has not.
 */
import { destination, type Level, pino, stdTimeFunctions } from 'pino';
import type { Logger } from './logger.ts';
import { redactSecrets } from './redact.ts';

export interface PinoLoggerOptions {
  readonly level: Level;
  /** A file descriptor. */
  readonly descriptor: number;
}

export function createPinoLogger(options: PinoLoggerOptions): Logger {
  const log = pino(
    {
      level: options.level,
      // One machine, one program: neither its pid nor its host name belongs in every line.
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redactSecrets(fields),
      },
      messageKey: 'event',
    },
    // Synchronous: a line must not be lost when the process is killed right after it.
    destination({ dest: options.descriptor, sync: true }),
  );
  return {
    debug: (event, fields = {}) => log.debug(fields, event),
    info: (event, fields = {}) => log.info(fields, event),
    warn: (event, fields = {}) => log.warn(fields, event),
    error: (event, fields = {}) => log.error(fields, event),
  };
}
