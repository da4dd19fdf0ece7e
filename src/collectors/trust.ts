/**
 * How long a system that has refused a direct call is left alone. No refusal is believed for ever, and
 * one bad moment is none.
 */
import type { Clock } from '../base/clock.ts';

/** Whoever has answered before may refuse so often in a row until it is left alone for a while. */
const refusalsMax = 3;
/** How long it is left alone: twice as long each time, because a refusal for good is cheap to meet. */
const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;

/** Whether the system is asked directly now: always, but for the pauses after it has refused. */
export interface Trust {
  isGiven(): boolean;
  answered(): void;
  /** `left alone`: it never answered, or has refused again and again. */
  refused(): 'once' | 'left alone';
}

export function createTrust(clock: Pick<Clock, 'monotonicMs'>): Trust {
  let refusalsLeft = 1;
  let pauseMs = firstPauseMs;
  let untilMs = Number.NEGATIVE_INFINITY;
  return {
    isGiven: () => clock.monotonicMs() >= untilMs,
    answered: () => {
      refusalsLeft = refusalsMax;
      pauseMs = firstPauseMs;
    },
    refused: () => {
      refusalsLeft -= 1;
      if (refusalsLeft > 0) return 'once';
      refusalsLeft = 1;
      untilMs = clock.monotonicMs() + pauseMs;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      return 'left alone';
    },
  };
}
