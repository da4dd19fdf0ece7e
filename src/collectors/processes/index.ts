/**
 * Every process: pid, name and user, sorted by pid.
 *
 * Each system supplies, with psutil 5.9 as the measure, `pid`, `name` and the name of the real
 * user, as much of it as `processes_detail` asks for (detail.ts); `processes_include` and
 * `processes_exclude` are matched against the name.
 */
import type { ProcessStats, Processes as SentProcesses } from '../../wire/stats.ts';
import type { Same, SentRow } from '../part.ts';

export type Process = ProcessStats;
export type Processes = SentProcesses;

export const processes: SentRow<Processes, SentProcesses> = {
  summary: 'all processes and their users',
  flags: {
    include: 'processes_include',
    exclude: 'processes_exclude',
    detail: 'processes_detail',
    'host-root': 'host_root',
  },
  collectors: {
    linux: async () => (await import('./linux.ts')).createLinuxProcessesCollector,
    win32: async () => (await import('./win32.ts')).createWin32ProcessesCollector,
    portable: async () => (await import('./portable.ts')).createPortableProcessesCollector,
  },
  judge: (value, settings) => {
    if (settings.processes_detail === 'off') return 'off';
    if (Array.isArray(value) ? value.length > 0 : value.count > 0) return 'ok';
    const isFiltered = settings.processes_include.length + settings.processes_exclude.length > 0;
    return isFiltered ? 'empty' : 'impossible';
  },
  details: async () => (await import('./details.ts')).processesDetails,
  toWire: (value: Same<Processes, SentProcesses>) => value,
  whenFailed: [],
};
