/**
 * CPU use is a difference between two moments. The agent's samples are far enough apart to be those
 * moments; a first sample, one that follows too closely, and one whose counters went back take a
 * short window of their own.
 */
import type { Clock } from '../../base/clock.ts';
import { MonitorError } from '../../base/errors.ts';

/** Fifteen ticks of 10 ms on each CPU: as short as a figure with any meaning can be had. */
const windowMs = 150;

/** The counters may go back during the very window that was opened because they went back. */
const windowsMax = 3;

export interface UsageWindowOptions<Reading> {
  readonly clock: Clock;
  /** One reading of the counters. Its errors are passed on. */
  readonly read: () => Reading;
  /**
   * Percent of use between two readings; undefined when nothing can be said of it, because the
   * counters went back or stood still. No rate beats a wrong rate.
   */
  readonly percentBetween: (earlier: Reading, later: Reading) => number | undefined;
}

export interface UsageWindow<Reading> {
  /** Throws NOT_AVAILABLE when no window gave a figure, CANCELLED when the signal aborts. */
  measure(signal?: AbortSignal): Promise<{ readonly percent: number; readonly reading: Reading }>;
}

export function createUsageWindow<Reading>(
  options: UsageWindowOptions<Reading>,
): UsageWindow<Reading> {
  const { clock, read, percentBetween } = options;
  let earlier: { readonly reading: Reading; readonly atMs: number } | undefined;

  function take(): { reading: Reading; atMs: number } {
    return { reading: read(), atMs: clock.monotonicMs() };
  }

  return {
    async measure(signal) {
      for (let window = 0; window < windowsMax; window += 1) {
        earlier ??= take();
        const missingMs = windowMs - (clock.monotonicMs() - earlier.atMs);
        if (missingMs > 0) await clock.sleep(missingMs, signal);
        if (signal?.aborted === true) {
          throw new MonitorError({
            code: 'CANCELLED',
            operation: 'measure CPU use',
            reason: 'it was cancelled',
          });
        }
        const later = take();
        const percent = percentBetween(earlier.reading, later.reading);
        earlier = later;
        if (percent !== undefined) return { percent, reading: later.reading };
      }
      throw new MonitorError({
        code: 'NOT_AVAILABLE',
        operation: 'measure CPU use',
        reason: `the counters went backwards or did not change ${windowsMax} times in a row`,
      });
    },
  };
}
