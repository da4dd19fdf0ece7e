/**
 * The CPU lines of /proc/stat (Documentation/filesystems/proc.rst, section 1.7). Times are in ticks
 * of USER_HZ, nearly always 1/100 s; only their ratios are used here.
 */
import { MonitorError } from '../../base/errors.ts';

/** Columns of a cpu line in the kernel's order; those that an old kernel does not have are 0. */
export const cpuTimeFields = [
  'user',
  'nice',
  'system',
  'idle',
  /** Since 2.5.41; "may decrease in certain conditions". */
  'iowait',
  'irq',
  'softirq',
  /** Since 2.6.11: taken by other guests of the same host. */
  'steal',
  /** Since 2.6.24; also counted in `user`. */
  'guest',
  /** Since 2.6.33; also counted in `nice`. */
  'guestNice',
] as const;

export type CpuTimes = Readonly<Record<(typeof cpuTimeFields)[number], number>>;

export interface ProcStat {
  /** All CPUs together. */
  readonly times: CpuTimes;
  /** How many CPUs have a line of their own: those online. */
  readonly onlineCpus: number;
}

/** Throws MALFORMED without a line for all CPUs, with at least its first four columns. */
export function parseProcStat(text: string): ProcStat {
  let times: CpuTimes | undefined;
  let onlineCpus = 0;
  // The cpu lines come first; what follows (one number for each interrupt) may be very long.
  let start = 0;
  while (text.startsWith('cpu', start)) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (text.startsWith('cpu ', start)) times = parseCpuTimes(text.slice(start + 4, end));
    else onlineCpus += 1;
    start = end + 1;
  }
  if (times === undefined) throw malformed('the line for all CPUs is missing');
  return { times, onlineCpus };
}

function parseCpuTimes(text: string): CpuTimes {
  const words = text.trim().split(/\s+/);
  if (words.length < 4 || !words.every((word) => /^\d{1,20}$/.test(word))) {
    throw malformed(`"${text.slice(0, 100)}" is not a line of CPU times`);
  }
  const columns = words.map(Number);
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0] = columns;
  const [steal = 0, guest = 0, guestNice = 0] = columns.slice(7);
  return { user, nice, system, idle, iowait, irq, softirq, steal, guest, guestNice };
}

function malformed(reason: string): MonitorError {
  return new MonitorError({ code: 'MALFORMED', operation: 'parse /proc/stat', reason });
}
