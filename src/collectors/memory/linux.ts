/**
 * Memory of a Linux system from /proc/meminfo, or of the container that this runs in from its
 * cgroup. Agrees with psutil 5.9's virtual_memory() and with `free -b` of procps 3.3.12 and later.
 */
import { MonitorError } from '../../base/errors.ts';
import { findCgroup } from '../../host/linux/cgroup.ts';
import { readCgroupMemory } from '../../host/linux/cgroup-memory.ts';
import { readKernelFile, readOptionalKernelFile } from '../../host/linux/files.ts';
import { parseMemInfo } from '../../host/linux/meminfo.ts';
import type { MemoryStats } from '../../wire/stats.ts';
import type { Collector, CollectorContext, SystemRoots } from '../collector.ts';
import { containerMemoryOf } from './container-memory.ts';
import { estimateAvailable, hostMemoryOf } from './host-memory.ts';

/** `scope` decides whether the machine or the container that this runs in is meant. */
export function createLinuxMemoryCollector(context: CollectorContext): Collector<MemoryStats> {
  const { roots, settings } = context;
  return {
    async collect() {
      const host = readHostMemory(roots);
      return settings.scope === 'container' ? readContainerMemory(roots, host) : host;
    },
  };
}

function readHostMemory({ proc }: SystemRoots): MemoryStats {
  const info = parseMemInfo(readKernelFile(`${proc}/meminfo`));
  const available =
    info.available ?? estimateAvailable(info, readOptionalKernelFile(`${proc}/zoneinfo`));
  return hostMemoryOf(info, available);
}

function readContainerMemory(roots: SystemRoots, host: MemoryStats): MemoryStats {
  const container = readCgroupMemory(findCgroup('memory', roots));
  if (container === undefined) {
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: "read the container's memory",
      reason: 'its cgroup does not count memory',
      hint: 'Set scope to host.',
    });
  }
  return containerMemoryOf(container, host);
}
