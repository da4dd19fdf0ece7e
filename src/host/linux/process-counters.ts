/** What the kernel counts for one process: /proc/PID/stat and statm (proc_pid_stat(5)). */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

export interface ProcessCpuCounters {
  /** When it began, in ticks since boot: tells it from a later process of the same pid. */
  readonly start: number;
  /** In user and in kernel mode, its ended threads included and its ended children not. */
  readonly cpuSeconds: number;
}

/** Undefined stands for a process that has ended, or that the kernel hides from us. */
export interface ProcessCounters {
  cpu(pid: number): ProcessCpuCounters | undefined;
  /** What it has in memory; also /proc/PID/status as VmRSS. */
  rssBytes(pid: number): number | undefined;
}

/** `stat` has 52 numbers of 20 digits at most, and a name of 64 bytes. */
const fileBytes = 2048;

export function createProcessCounters(proc: string): ProcessCounters {
  const units = kernelUnits(readVector());
  const buffer = Buffer.allocUnsafeSlow(fileBytes);
  return {
    cpu: (pid) => parseCpuCounters(readText(`${proc}/${pid}/stat`, buffer), units),
    rssBytes: (pid) => parseResident(readText(`${proc}/${pid}/statm`, buffer), units),
  };
}

export interface KernelUnits {
  readonly ticksPerSecond: number;
  readonly pageBytes: number;
}

/** Pairs of 64-bit numbers (getauxval(3)); what most machines have where they do not tell. */
export function kernelUnits(auxiliaryVector: Buffer): KernelUnits {
  const values = new Map<bigint, number>();
  for (let at = 0; at + 16 <= auxiliaryVector.length; at += 16) {
    values.set(
      auxiliaryVector.readBigUInt64LE(at),
      Number(auxiliaryVector.readBigUInt64LE(at + 8)),
    );
  }
  return {
    pageBytes: values.get(pageSizeKey) ?? 4096,
    ticksPerSecond: values.get(ticksKey) ?? 100,
  };
}

/** AT_PAGESZ and AT_CLKTCK (include/uapi/linux/auxvec.h) */
const pageSizeKey = 6n;
const ticksKey = 17n;

function readVector(): Buffer {
  try {
    return readFileSync('/proc/self/auxv');
  } catch {
    return Buffer.alloc(0);
  }
}

/** Undefined for a text that is none. */
export function parseCpuCounters(
  stat: string,
  { ticksPerSecond }: KernelUnits,
): ProcessCpuCounters | undefined {
  // The second field is the name in parentheses, which may hold any character; the third is next.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 20);
  const [userTicks, systemTicks, start] = [fields[11], fields[12], fields[19]].map(wholeNumber);
  if (userTicks === undefined || systemTicks === undefined || start === undefined) return undefined;
  return { start, cpuSeconds: (userTicks + systemTicks) / ticksPerSecond };
}

/** The second number of `statm`, in bytes. */
export function parseResident(statm: string, { pageBytes }: KernelUnits): number | undefined {
  const pages = wholeNumber(statm.split(' ', 2)[1]);
  return pages === undefined ? undefined : pages * pageBytes;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Whatever is the matter, this figure of this process is missing and nothing else. */
function readText(path: string, buffer: Buffer): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } catch {
    return '';
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
