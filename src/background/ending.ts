/**
 * Why the background process ends: it was told to, or there is a bug. A bug in one of its loops ends
 * all of them: what is left would go on half dead, and the service manager would see it as active.
 */
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';

export interface Ending {
  /** Aborts when the process is told to end, and for a bug. */
  readonly signal: AbortSignal;
  /** Whether there was a bug, before the end or on the way to it. */
  isBug(): boolean;
  /** Whatever was thrown here was foreseen by nobody. The first is logged; others may follow from it. */
  fail(where: string, error: unknown): void;
  /** Does some work; what it throws is a bug. */
  attempt<Value>(where: string, work: () => Value | Promise<Value>): Promise<Value | undefined>;
}

/** `told` aborts when the process is to end. */
export function createEnding(told: AbortSignal, logger: Logger): Ending {
  const bug = new AbortController();

  function fail(where: string, error: unknown): void {
    if (bug.signal.aborted) return;
    const stack = error instanceof Error ? error.stack : undefined;
    logger.error('agent.failed', {
      where,
      reason: errorMessage(error),
      stack,
      hint: 'This is a bug. Please report it with this line.',
    });
    bug.abort();
  }

  return {
    signal: AbortSignal.any([told, bug.signal]),
    isBug: () => bug.signal.aborted,
    fail,
    async attempt(where, work) {
      try {
        return await work();
      } catch (error) {
        fail(where, error);
        return undefined;
      }
    },
  };
}
