import { MonitorError } from '../../base/errors.ts';
import type { Cpu } from './index.ts';

/** Throws NOT_AVAILABLE when the system names no CPU; a frequency of nobody knows what is left out. */
export function cpuStatsOf(figures: {
  readonly count: number;
  readonly frequencyMhz: number | undefined;
  readonly percentUsed: number;
}): Cpu {
  const { count, frequencyMhz, percentUsed } = figures;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: 'count the CPUs',
      reason: 'the system reports none',
    });
  }
  return frequencyMhz === undefined
    ? { count, percent_used: percentUsed }
    : { count, frequency: frequencyMhz, percent_used: percentUsed };
}
