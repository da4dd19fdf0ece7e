/** No second is reported twice. */
import type { Clock } from '../base/clock.ts';

/**
 * Receivers tell reports apart by id and epoch, which has whole seconds, so no second may be used
 * twice: not by this process and the one before it, nor by two ticks. At an interval of one second
 * two of them can fall into the same one, and a clock that is being slewed can step back into it:
 * the later report waits for the next second. A clock that was set back further is believed.
 */
export interface UnusedSecond {
  /** Until the present second is free, or `signal` aborts. */
  wait(signal?: AbortSignal): Promise<void>;
  /** A report of that epoch exists: it is the last that is taken. */
  use(epoch: number): void;
}

const secondMs = 1000;
const longestWaitMs = 2 * secondMs;

export function createUnusedSecond(clock: Clock): UnusedSecond {
  /** Epochs up to this one are taken: an earlier process may have reported in this very second. */
  let usedEpoch = Math.floor(clock.epochMs() / secondMs);
  return {
    async wait(signal) {
      const unusedMs = (usedEpoch + 1) * secondMs;
      // More than once, because the clock may be moved during the wait; and not for ever.
      for (let tries = 0; tries < 5; tries += 1) {
        const waitMs = unusedMs - clock.epochMs();
        if (waitMs <= 0 || waitMs > longestWaitMs) return;
        await clock.sleep(Math.ceil(waitMs), signal);
        if (signal?.aborted === true) return;
      }
    },
    use: (epoch) => {
      usedEpoch = epoch;
    },
  };
}
