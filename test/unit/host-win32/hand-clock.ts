import type { Clock } from '../../../src/base/clock.ts';

/** A clock that moves when a test says so. */
export function createHandClock(): Clock & { advance(ms: number): void } {
  let nowMs = 0;
  return {
    epochMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async () => {},
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
