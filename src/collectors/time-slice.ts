/**
 * Long synchronous work in pieces, so that the event loop is never held long: deliveries, signals
 * and timers go on between the pieces.
 */
import type { Clock } from '../base/clock.ts';

/** Half of the 20 ms that nothing may exceed: the last step of a piece may be a slow one. */
const sliceMs = 10;

export interface TimeSlice {
  /** True when it is time for a `pause`. */
  used(): boolean;
  /** Lets everything else that waits run once, and starts the next piece. */
  pause(): Promise<void>;
}

export function createTimeSlice(clock: Clock): TimeSlice {
  let startedMs = clock.monotonicMs();
  return {
    used: () => clock.monotonicMs() - startedMs >= sliceMs,
    async pause() {
      await new Promise<void>((resolve) => setImmediate(resolve));
      startedMs = clock.monotonicMs();
    },
  };
}
