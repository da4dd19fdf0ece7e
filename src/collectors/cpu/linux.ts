/** CPUs of a Linux system from /proc/stat, /proc/cpuinfo and /sys. Agrees with psutil 5.9. */
import { readCpuFrequencyMhz } from '../../host/linux/cpu-frequency.ts';
import { countCpuList } from '../../host/linux/cpu-list.ts';
import { readKernelFile, readOptionalKernelFile } from '../../host/linux/files.ts';
import { type ProcStat, parseProcStat } from '../../host/linux/proc-stat.ts';
import type { Collector, CollectorContext, SystemRoots } from '../collector.ts';
import type { ContainerCpu } from './container.ts';
import { cpuStatsOf, remarkIfNothingCounts } from './cpu-stats-of.ts';
import type { Cpu } from './index.ts';
import { busyPercentBetween, countsNothing } from './usage.ts';
import { createUsageWindow } from './usage-window.ts';

/** `scope` decides whether the machine or the container that this runs in is meant. */
export function createLinuxCpuCollector(context: CollectorContext): Collector<Cpu> {
  return context.settings.scope === 'container'
    ? createContainerCollector(context)
    : createHostCollector(context);
}

function createHostCollector({ roots, clock, remarks }: CollectorContext): Collector<Cpu> {
  const usage = createUsageWindow<ProcStat>({
    clock,
    read: () => readProcStat(roots),
    percentBetween: (earlier, later) => busyPercentBetween(earlier.times, later.times),
  });
  return {
    async collect(signal) {
      const { percent, reading } = await usage.measure(signal);
      remarkIfNothingCounts(remarks, countsNothing(reading.times));
      return cpuStatsOf(
        {
          count: countOnline(roots) ?? reading.onlineCpus,
          readFrequencyMhz: () => readCpuFrequencyMhz(roots),
          percentUsed: percent,
        },
        remarks,
      );
    },
  };
}

function createContainerCollector({ roots, clock, remarks }: CollectorContext): Collector<Cpu> {
  let loaded: Promise<ContainerCpu> | undefined;

  async function load(): Promise<ContainerCpu> {
    const { createContainerCpu } = await import('./container.ts');
    const hostCpus = (): number => countOnline(roots) ?? readProcStat(roots).onlineCpus;
    return createContainerCpu({ roots, clock, hostCpus });
  }

  return {
    async collect(signal) {
      loaded ??= load();
      const { count, percentUsed } = await (await loaded).measure(signal);
      const readFrequencyMhz = () => readCpuFrequencyMhz(roots);
      return cpuStatsOf({ count, readFrequencyMhz, percentUsed }, remarks);
    },
  };
}

function readProcStat(roots: SystemRoots): ProcStat {
  return parseProcStat(readKernelFile(`${roots.proc}/stat`));
}

/** What sysconf(_SC_NPROCESSORS_ONLN) reads; /proc/stat has a line for each of the same CPUs. */
function countOnline(roots: SystemRoots): number | undefined {
  const online = readOptionalKernelFile(`${roots.sys}/devices/system/cpu/online`);
  return online === undefined ? undefined : countCpuList(online);
}
