/**
 * Every process: pid, name and user, sorted by pid.
 *
 * Each system supplies, with psutil 5.9 as the measure, `pid`, `name` and the name of the real
 * user, as much of it as `processes_detail` asks for (detail.ts); `processes_include` and
 * `processes_exclude` are matched against the name. Where people look, CPU use and memory come to it.
 */
import type { ProcessStats, Processes as SentProcesses } from '../../wire/stats.ts';
import type { SentRow } from '../part.ts';

export type Process = ProcessStats;
/** For people alone. Each is absent where the system does not tell it, or the process has ended. */
export interface ProcessUsage {
  /** Since the sample before; absent without one. 100 is one CPU, so that it may be more. */
  readonly cpu_percent?: number;
  /** What it has in memory. */
  readonly rss_bytes?: number;
}

export type UsedProcess = (Process | Omit<Process, 'username'>) & ProcessUsage;
export type Processes = SentProcesses | UsedProcess[];

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
  sortKeys: ['cpu', 'memory', 'name', 'pid'],
  details: async () => (await import('./details.ts')).processesDetails,
  toWire,
  whenFailed: [],
};

/** A report's list is passed on as it is: it may be of thousands. */
function toWire(value: Processes): SentProcesses {
  if (!Array.isArray(value) || !value.some(hasUsage)) return value;
  return value.map(({ cpu_percent, rss_bytes, ...sent }: UsedProcess) => sent);
}

const hasUsage = (process: UsedProcess): boolean =>
  'rss_bytes' in process || 'cpu_percent' in process;
