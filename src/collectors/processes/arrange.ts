/** The order in which people want to see processes, and how many of them. */
import { MonitorError } from '../../base/errors.ts';
import type { View } from '../part.ts';
import type { Processes, UsedProcess } from './index.ts';

/** Throws NOT_AVAILABLE where no process tells what is to be sorted by. */
export function arrangeProcesses(processes: Processes, { sort, limit }: View): Processes {
  return Array.isArray(processes) ? sorted(processes, sort).slice(0, limit) : processes;
}

function sorted(processes: readonly UsedProcess[], key: View['sort']): readonly UsedProcess[] {
  switch (key) {
    case 'cpu':
      return largestFirst(key, processes, ({ cpu_percent }) => cpu_percent);
    case 'memory':
      return largestFirst(key, processes, ({ rss_bytes }) => rss_bytes);
    case 'name':
      return processes.toSorted((a, b) => compareTexts(a.name, b.name) || a.pid - b.pid);
    default:
      // As every collector gives them: by pid.
      return processes;
  }
}

/** Those without the figure come last. */
function largestFirst(
  key: string,
  processes: readonly UsedProcess[],
  figureOf: (process: UsedProcess) => number | undefined,
): readonly UsedProcess[] {
  if (processes.length > 0 && processes.every((one) => figureOf(one) === undefined)) {
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: `sort processes by ${key}`,
      reason: 'this system does not tell the figures of each process',
      hint: 'Sort them by name or pid.',
    });
  }
  return processes.toSorted((a, b) => (figureOf(b) ?? -1) - (figureOf(a) ?? -1) || a.pid - b.pid);
}

/** By code units, capitals and small letters alike. */
function compareTexts(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return a < b ? -1 : Number(a > b);
}
