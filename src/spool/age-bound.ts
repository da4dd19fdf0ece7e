/**
 * From which epoch on a report is too old. Wall clocks leap: a machine that starts in 2040 because
 * its battery is empty, and learns better from the network a minute later, must not drop its whole
 * backlog in between. So age counts only after the clock has run steadily for a while.
 */
import type { Clock } from '../base/clock.ts';

const steadyAfterMs = 10 * 60_000;
const leapMs = 60_000;

export interface AgeBound {
  /** Reports collected before this epoch (seconds) are too old; undefined while nobody can tell. */
  oldestAllowedEpoch(): number | undefined;
}

export function createAgeBound(clock: Clock, maxAgeSeconds: number): AgeBound {
  let offsetMs = clock.epochMs() - clock.monotonicMs();
  let steadySinceMs = clock.monotonicMs();
  return {
    oldestAllowedEpoch() {
      const monotonicMs = clock.monotonicMs();
      const epochMs = clock.epochMs();
      if (Math.abs(epochMs - monotonicMs - offsetMs) > leapMs) {
        offsetMs = epochMs - monotonicMs;
        steadySinceMs = monotonicMs;
      }
      if (monotonicMs - steadySinceMs < steadyAfterMs) return undefined;
      return Math.floor(epochMs / 1000) - maxAgeSeconds;
    },
  };
}
