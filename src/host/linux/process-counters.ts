/** What the kernel counts for one process: /proc/PID/stat and statm (proc_pid_stat(5)). */
import { readFileSync } from 'node:fs';

export interface ProcessCounters {
  /** When it began, in ticks since boot: tells it from a later process of the same pid. */
  readonly start: number;
  /** In user and in kernel mode, its ended threads included and its ended children not. */
  readonly cpuSeconds: number;
  /** What it has in memory; also /proc/PID/status as VmRSS. */
  readonly rssBytes: number;
}

export interface ProcessCounterReader {
  /** Undefined for a process that has ended, or that the kernel hides from us. */
  read(pid: number): ProcessCounters | undefined;
}

export function createProcessCounterReader(proc: string): ProcessCounterReader {
  const units = kernelUnits(readOptional('/proc/self/auxv'));
  return {
    read(pid) {
      const stat = readOptional(`${proc}/${pid}/stat`);
      const statm = readOptional(`${proc}/${pid}/statm`);
      if (stat === undefined || statm === undefined) return undefined;
      return parseProcessCounters(stat.toString('latin1'), statm.toString('latin1'), units);
    },
  };
}

export interface KernelUnits {
  readonly ticksPerSecond: number;
  readonly pageBytes: number;
}

/** Pairs of 64-bit numbers (getauxval(3)); what most machines have where they do not tell. */
export function kernelUnits(auxiliaryVector: Buffer | undefined): KernelUnits {
  const values = new Map<bigint, number>();
  for (let at = 0; at + 16 <= (auxiliaryVector?.length ?? 0); at += 16) {
    const value = auxiliaryVector?.readBigUInt64LE(at + 8);
    values.set(auxiliaryVector?.readBigUInt64LE(at) ?? 0n, Number(value));
  }
  return {
    pageBytes: values.get(pageSizeKey) ?? 4096,
    ticksPerSecond: values.get(ticksKey) ?? 100,
  };
}

/** AT_PAGESZ and AT_CLKTCK (include/uapi/linux/auxvec.h) */
const pageSizeKey = 6n;
const ticksKey = 17n;

/** Undefined for texts that are none. */
export function parseProcessCounters(
  stat: string,
  statm: string,
  { ticksPerSecond, pageBytes }: KernelUnits,
): ProcessCounters | undefined {
  // The second field is the name in parentheses, which may hold any character; the third comes first.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 20);
  const [userTicks, systemTicks, start] = [fields[11], fields[12], fields[19]].map(wholeNumber);
  const residentPages = wholeNumber(statm.split(' ', 2)[1]);
  if (
    userTicks === undefined ||
    systemTicks === undefined ||
    start === undefined ||
    residentPages === undefined
  ) {
    return undefined;
  }
  return {
    start,
    cpuSeconds: (userTicks + systemTicks) / ticksPerSecond,
    rssBytes: residentPages * pageBytes,
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Whatever is the matter, this figure of this process is missing and nothing else. */
function readOptional(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
