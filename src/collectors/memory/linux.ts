/**
 * Memory of a Linux system from /proc/meminfo, or of the container that this runs in from its
 * cgroup. Agrees with psutil 5.9's virtual_memory() and with `free -b` of procps 3.3.12 and later.
 */
import { readKernelFile, readOptionalKernelFile } from '../../host/linux/files.ts';
import { parseMemInfo } from '../../host/linux/meminfo.ts';
import type { Collector, CollectorContext, SystemRoots } from '../collector.ts';
import { estimateAvailable, type HostMemory, hostMemoryOf } from './host-memory.ts';
import type { Memory } from './index.ts';

/** `scope` decides whether the machine or the container that this runs in is meant. */
export function createLinuxMemoryCollector(context: CollectorContext): Collector<Memory> {
  const { remarks, roots, settings } = context;
  return {
    async collect() {
      const { memory: host, clamped } = readHostMemory(roots);
      remarks.only('figures.clamped', clamped, 'memory.');
      if (settings.scope === 'host') return host;
      const { readContainerMemory } = await import('./container-memory.ts');
      return readContainerMemory(roots, host);
    },
  };
}

function readHostMemory({ proc }: SystemRoots): HostMemory {
  const impossible = new Map<string, string>();
  const info = parseMemInfo(readKernelFile(`${proc}/meminfo`), (field) => {
    impossible.set(`memory.${field}`, 'what the kernel tells is no size that a machine has');
  });
  const available =
    info.available ?? estimateAvailable(info, readOptionalKernelFile(`${proc}/zoneinfo`));
  const { memory, clamped } = hostMemoryOf(info, available);
  return { memory, clamped: new Map([...impossible, ...clamped]) };
}
