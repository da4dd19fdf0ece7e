/** Memory of a Windows system by GlobalMemoryStatusEx. Agrees with psutil 5.9's virtual_memory(). */
import { MonitorError } from '../../base/errors.ts';
import {
  loadMemoryCalls,
  type MemoryCalls,
  type MemoryStatus,
  readMemoryStatus,
} from '../../host/win32/memory-status.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { percentOf } from '../percent.ts';
import type { Memory } from './index.ts';

/** `collect` throws NOT_AVAILABLE where Windows cannot be asked, MALFORMED for absurd figures. */
export function createWin32MemoryCollector(
  _context: CollectorContext,
  { load = loadMemoryCalls }: { readonly load?: () => Promise<MemoryCalls> } = {},
): Collector<Memory> {
  let calls: Promise<MemoryCalls> | undefined;
  return {
    async collect() {
      calls ??= load();
      return win32MemoryOf(readMemoryStatus(await calls));
    },
  };
}

/** On Windows psutil knows no difference between free and available: the caches are in both. */
export function win32MemoryOf({ totalBytes, availableBytes }: MemoryStatus): Memory {
  const used = totalBytes - availableBytes;
  const percentUsed = percentOf(used, totalBytes);
  if (percentUsed === undefined || used < 0) {
    throw new MonitorError({
      code: 'MALFORMED',
      operation: 'read memory',
      reason: `of ${totalBytes} bytes ${availableBytes} are available`,
    });
  }
  return {
    total: totalBytes,
    available: availableBytes,
    percent_used: percentUsed,
    used,
    free: availableBytes,
  };
}
