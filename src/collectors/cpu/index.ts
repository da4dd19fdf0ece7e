/**
 * CPU: how many, how fast, how busy.
 *
 * Each system supplies, with psutil 5.9 as the measure:
 *   count         logical CPUs online
 *   frequency     current MHz averaged over the cores, a whole number; absent where none is told
 *   percent_used  busy share of all cores since the last sample, one decimal; the first sample
 *                 takes a short window of its own (usage-window.ts)
 */
import type { CpuStats } from '../../wire/stats.ts';
import type { Same, SentRow } from '../part.ts';

export type Cpu = CpuStats;

export const cpu: SentRow<Cpu, CpuStats> = {
  summary: 'number of CPUs, their frequency and use',
  flags: { scope: 'scope', 'host-root': 'host_root' },
  collectors: {
    linux: async () => (await import('./linux.ts')).createLinuxCpuCollector,
    win32: async () => (await import('./win32.ts')).createWin32CpuCollector,
    portable: async () => (await import('./portable.ts')).createPortableCpuCollector,
  },
  details: async () => (await import('./details.ts')).cpuDetails,
  toWire: (value: Same<Cpu, CpuStats>) => value,
  whenFailed: 'no report',
};
