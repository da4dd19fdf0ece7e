import { isForeseen, MonitorError } from '../../base/errors.ts';
import type { Remarks } from '../../base/remarks.ts';
import type { Cpu } from './index.ts';

/**
 * Throws NOT_AVAILABLE when the system names no CPU. A frequency that nobody knows is left out, which
 * is remarked.
 */
export function cpuStatsOf(
  figures: {
    readonly count: number;
    readonly readFrequencyMhz: () => number | undefined;
    readonly percentUsed: number;
  },
  remarks: Remarks,
): Cpu {
  const { count, readFrequencyMhz, percentUsed } = figures;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: 'count the CPUs',
      reason: 'the system reports none',
    });
  }
  const figure = 'cpu.frequency';
  try {
    const frequency = readFrequencyMhz();
    if (frequency !== undefined) {
      remarks.ended('figures.absent', figure);
      return { count, frequency, percent_used: percentUsed };
    }
    remarks.holds('figures.absent', figure, 'the system does not tell it');
  } catch (error) {
    // It adorns the others, and takes none of them along.
    if (!isForeseen(error)) throw error;
    remarks.holds('figures.absent', figure, error.message);
  }
  return { count, percent_used: percentUsed };
}

/** Systems that only pretend to have a kernel (gVisor) count no CPU time, and are never busy. */
export function remarkIfNothingCounts(remarks: Remarks, nothingCounts: boolean): void {
  const figure = 'cpu.percent_used';
  if (nothingCounts) remarks.holds('figures.clamped', figure, 'the kernel counts no CPU time');
  else remarks.ended('figures.clamped', figure);
}
