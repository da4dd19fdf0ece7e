/**
 * Physical memory in bytes.
 *
 * Each system supplies, with psutil 5.9 as the measure: `total`, `available` (what programs can get
 * without swapping), `free` (what nobody uses), `used` (without caches, where the system tells them
 * apart) and `percent_used` = (total - available) / total, one decimal.
 */
import type { MemoryStats } from '../../wire/stats.ts';
import type { CollectorTable } from '../collector.ts';

export const memoryCollectors: CollectorTable<MemoryStats> = {
  linux: async () => (await import('./linux.ts')).createLinuxMemoryCollector,
  win32: async () => (await import('./win32.ts')).createWin32MemoryCollector,
  portable: async () => (await import('./portable.ts')).createPortableMemoryCollector,
};
