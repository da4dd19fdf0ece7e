/** Memory of the container that this runs in, by its cgroup and what the host has left. */
import { MonitorError } from '../../base/errors.ts';
import { findCgroup } from '../../host/linux/cgroup.ts';
import { type CgroupMemory, readCgroupMemory } from '../../host/linux/cgroup-memory.ts';
import { percentOf } from '../percent.ts';
import type { Memory } from './index.ts';

/** Throws NOT_AVAILABLE where no cgroup counts the container's memory. */
export function readContainerMemory(
  roots: { readonly proc: string; readonly sys: string },
  host: Memory,
): Memory {
  const container = readCgroupMemory(findCgroup('memory', roots));
  if (container === undefined) {
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: "read the container's memory",
      reason: 'its cgroup does not account for memory',
      hint: 'Set the setting scope to host.',
    });
  }
  return containerMemoryOf(container, host);
}

/**
 * What the report says of a container's memory, in bytes. Nothing beyond the limit or beyond the
 * host's memory can be had, and no more than the host has left: `available` is the least of them.
 */
function containerMemoryOf(container: CgroupMemory, host: Memory): Memory {
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
