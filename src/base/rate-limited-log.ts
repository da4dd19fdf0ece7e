/**
 * Log lines that cannot flood: each event is written at once, then at most once in `intervalMs`,
 * and the next line written says how many were held back. An event with a `matter` (an error's
 * code) has a rate for each of them, so that a new reason is told at once.
 */
import type { Clock } from './clock.ts';
import type { LogEvent } from './log-events.ts';
import type { LogFields, Logger } from './logger.ts';

export interface RateLimitedLog {
  log(level: keyof Logger, event: LogEvent, fields?: LogFields, matter?: string): void;
}

export interface RateLimitedLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly intervalMs: number;
}

export function createRateLimitedLog(options: RateLimitedLogOptions): RateLimitedLog {
  const { logger, clock, intervalMs } = options;
  const events = new Map<string, { writtenMs: number; heldBack: number }>();
  return {
    log(level, event, fields, matter = '') {
      const nowMs = clock.monotonicMs();
      const name = `${event} ${matter}`;
      const known = events.get(name);
      if (known !== undefined && nowMs - known.writtenMs < intervalMs) {
        known.heldBack += 1;
        return;
      }
      const heldBack = known?.heldBack ?? 0;
      events.set(name, { writtenMs: nowMs, heldBack: 0 });
      logger[level](
        event,
        heldBack === 0 ? fields : { ...fields, similar_lines_held_back: heldBack },
      );
    },
  };
}
