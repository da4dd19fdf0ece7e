/**
 * Physical memory in bytes.
 *
 * Each system supplies, with psutil 5.9 as the measure: `total`, `available` (what programs can get
 * without swapping), `free` (what nobody uses), `used` (without caches, where the system tells them
 * apart) and `percent_used` = (total - available) / total, one decimal.
 */
import type { MemoryStats } from '../../wire/stats.ts';
import type { Same, SentRow } from '../part.ts';

export type Memory = MemoryStats;

export const memory: SentRow<Memory, MemoryStats> = {
  summary: 'memory: total, available, used and free',
  flags: { scope: 'scope', 'host-root': 'host_root' },
  collectors: {
    linux: async () => (await import('./linux.ts')).createLinuxMemoryCollector,
    win32: async () => (await import('./win32.ts')).createWin32MemoryCollector,
    portable: async () => (await import('./portable.ts')).createPortableMemoryCollector,
  },
  details: async () => (await import('./details.ts')).memoryDetails,
  toWire: (value: Same<Memory, MemoryStats>) => value,
  whenFailed: 'no report',
};
