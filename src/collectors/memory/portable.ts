/**
 * Memory by systeminformation and Node's `os`.
 *
 * The library's own `used` is total - free, which counts the caches as used; what its `active`
 * means is closest to psutil's `used` on macOS and the BSDs. On Windows psutil has
 * used = total - available, and free = available.
 */
import type { Systeminformation } from 'systeminformation';
import { MonitorError } from '../../base/errors.ts';
import { createLibraryCall } from '../../host/portable/library-call.ts';
import type { MemoryStats } from '../../wire/stats.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { percentOf } from '../percent.ts';

export function createPortableMemoryCollector(context: CollectorContext): Collector<MemoryStats> {
  const readMemory = createLibraryCall({
    name: 'mem',
    call: (library) => library.mem(),
    clock: context.clock,
    deadlineMs: context.settings.deadlineMs,
  });
  return {
    collect: async () => memoryOf(await readMemory(), context.platform),
  };
}

/** Throws MALFORMED when the library's figures cannot be those of a machine. */
export function memoryOf(
  memory: Pick<Systeminformation.MemData, 'total' | 'free' | 'available' | 'active'>,
  platform: NodeJS.Platform,
): MemoryStats {
  const { total, free, active } = memory;
  const available = Math.min(memory.available, total);
  const used = platform === 'win32' ? total - available : active;
  const percentUsed = percentOf(total - available, total);
  const figures = [total, available, used, free];
  if (percentUsed === undefined || !figures.every((one) => Number.isSafeInteger(one) && one >= 0)) {
    throw new MonitorError({
      code: 'MALFORMED',
      operation: 'read memory from systeminformation',
      reason: `total ${total}, available ${available}, used ${used}, free ${free}`,
    });
  }
  return { total, available, percent_used: percentUsed, used, free };
}
