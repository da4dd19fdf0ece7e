/**
 * Every process: pid, name and user, sorted by pid.
 *
 * Each system supplies, with psutil 5.9 as the measure, `pid`, `name` and the name of the real
 * user, as much of it as `processes_detail` asks for (detail.ts); `processes_include` and
 * `processes_exclude` are matched against the name.
 */
import type { Processes } from '../../wire/stats.ts';
import type { CollectorTable } from '../collector.ts';

export const processesCollectors: CollectorTable<Processes> = {
  linux: async () => (await import('./linux.ts')).createLinuxProcessesCollector,
  win32: async () => (await import('./win32.ts')).createWin32ProcessesCollector,
  portable: async () => (await import('./portable.ts')).createPortableProcessesCollector,
};
