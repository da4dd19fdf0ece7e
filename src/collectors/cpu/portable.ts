/**
 * CPUs by Node's `os`, which asks every system's kernel without starting anything
 * (libuv's uv_cpu_info).
 */
import { type CpuInfo, cpus } from 'node:os';
import type { Collector, CollectorContext } from '../collector.ts';
import { percentOf } from '../percent.ts';
import { cpuStatsOf, remarkIfNothingCounts } from './cpu-stats-of.ts';
import type { Cpu } from './index.ts';
import { createUsageWindow } from './usage-window.ts';

export function createPortableCpuCollector(context: CollectorContext): Collector<Cpu> {
  const usage = createUsageWindow({
    clock: context.clock,
    read: cpus,
    percentBetween: busyPercentOf,
  });
  return {
    async collect(signal) {
      const { percent, reading } = await usage.measure(signal);
      remarkIfNothingCounts(context.remarks, reading.every(countsNothing));
      return cpuStatsOf(
        {
          count: reading.length,
          readFrequencyMhz: () => averageMhz(reading),
          percentUsed: percent,
        },
        context.remarks,
      );
    },
  };
}

/**
 * Percent with one decimal between two lists of the same CPUs. Undefined when a CPU came or went,
 * or a counter went back; 0 where no time is counted at all, as psutil has it. On Windows `irq` is
 * part of `sys` already (libuv's uv_cpu_info there takes both from
 * SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION); elsewhere but on Linux it is 0.
 */
export function busyPercentOf(
  earlier: readonly Pick<CpuInfo, 'times'>[],
  later: readonly Pick<CpuInfo, 'times'>[],
): number | undefined {
  if (earlier.length !== later.length) return undefined;
  let idle = 0;
  let total = 0;
  for (const [index, cpu] of later.entries()) {
    const before = earlier[index];
    if (before === undefined) return undefined;
    for (const field of ['user', 'nice', 'sys', 'idle'] as const) {
      const difference = cpu.times[field] - before.times[field];
      if (difference < 0) return undefined;
      total += difference;
      if (field === 'idle') idle += difference;
    }
  }
  if (later.every(countsNothing)) return 0;
  return percentOf(total - idle, total);
}

/** A system that only pretends to have a kernel. */
function countsNothing({ times }: Pick<CpuInfo, 'times'>): boolean {
  return Object.values(times).every((time) => time === 0);
}

/** A whole number of MHz, or undefined when a CPU tells 0: libuv's word for "unknown". */
export function averageMhz(list: readonly Pick<CpuInfo, 'speed'>[]): number | undefined {
  if (list.length === 0 || list.some((cpu) => !(cpu.speed > 0))) return undefined;
  return Math.round(list.reduce((sum, cpu) => sum + cpu.speed, 0) / list.length);
}
