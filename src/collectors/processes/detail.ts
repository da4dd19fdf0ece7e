import type { Processes, ProcessStats } from '../../wire/stats.ts';
import type { ProcessDetail } from '../collector.ts';

/** What of the processes is sent, by the setting `processes_detail` (see wire/stats.ts). */
export function processesByDetail(
  processes: readonly ProcessStats[],
  detail: ProcessDetail,
): Processes {
  switch (detail) {
    case 'full':
      return [...processes];
    case 'names':
      return processes.map(({ pid, name }) => ({ pid, name }));
    case 'count':
      return { count: processes.length };
    case 'off':
      return [];
  }
}
