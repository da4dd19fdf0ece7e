import type { Settings } from '../../settings/settings.ts';
import type { Process, Processes } from './index.ts';

/** What of the processes is sent, by the setting `processes_detail` (see wire/stats.ts). */
export function processesByDetail(
  processes: readonly Process[],
  detail: Settings['processes_detail'],
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
