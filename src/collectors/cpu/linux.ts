/** CPUs of a Linux system from /proc/stat, /proc/cpuinfo and /sys. Agrees with psutil 5.9. */
import { readCpuFrequencyMhz } from '../../host/linux/cpu-frequency.ts';
import { countCpuList } from '../../host/linux/cpu-list.ts';
import { readKernelFile, readOptionalKernelFile } from '../../host/linux/files.ts';
import { type ProcStat, parseProcStat } from '../../host/linux/proc-stat.ts';
import type { CpuStats } from '../../wire/stats.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { cpuStatsOf } from './cpu-stats-of.ts';
import { busyPercentBetween } from './usage.ts';
import { createUsageWindow } from './usage-window.ts';

export function createLinuxCpuCollector(context: CollectorContext): Collector<CpuStats> {
  const { roots, clock } = context;
  const usage = createUsageWindow<ProcStat>({
    clock,
    read: () => parseProcStat(readKernelFile(`${roots.proc}/stat`)),
    percentBetween: (earlier, later) => busyPercentBetween(earlier.times, later.times),
  });
  return {
    async collect(signal) {
      const { percent, reading } = await usage.measure(signal);
      // sysconf(_SC_NPROCESSORS_ONLN) reads this file; /proc/stat has a line for each of the same.
      const online = readOptionalKernelFile(`${roots.sys}/devices/system/cpu/online`);
      const count = (online === undefined ? undefined : countCpuList(online)) ?? reading.onlineCpus;
      return cpuStatsOf({ count, frequencyMhz: readCpuFrequencyMhz(roots), percentUsed: percent });
    },
  };
}
