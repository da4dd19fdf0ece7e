import type { CgroupMemory } from '../../host/linux/cgroup-memory.ts';
import type { MemoryStats } from '../../wire/stats.ts';
import { percentOf } from '../percent.ts';

/**
 * What the report says of a container's memory, in bytes. Nothing beyond the limit or beyond the
 * host's memory can be had, and no more than the host has left: `available` is the least of them.
 */
export function containerMemoryOf(container: CgroupMemory, host: MemoryStats): MemoryStats {
  const total = Math.min(container.limit ?? host.total, host.total);
  const charged = Math.min(container.charged, total);
  const workingSet = Math.max(0, charged - container.inactiveFile);
  const available = Math.min(total - workingSet, host.available);
  return {
    total,
    available,
    // A limit of 0 lets nothing run, so that nobody asks; the host's total is never 0.
    percent_used: percentOf(total - available, total) ?? 100,
    used: Math.max(0, charged - container.caches),
    free: Math.min(total - charged, host.free),
  };
}
