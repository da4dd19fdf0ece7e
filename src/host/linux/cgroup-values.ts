/** The formats of cgroup files: single numbers, `max`, and flat keyed files. */
import { readOptionalKernelFile } from './files.ts';

/** A whole number that a double holds exactly; undefined for `max`, -1 and everything else. */
export function parseCgroupNumber(text: string | undefined): number | undefined {
  const value = /^\s*\d{1,20}\s*$/.test(text ?? '') ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** One line of a flat keyed file (`memory.stat`, `cpu.stat`). */
export function parseCgroupKey(text: string | undefined, key: string): number | undefined {
  for (const line of (text ?? '').split('\n')) {
    if (line.startsWith(`${key} `)) return parseCgroupNumber(line.slice(key.length + 1));
  }
  return undefined;
}

/** `cpu.max`: microseconds of CPU in each period (`200000 100000`), or `max 100000` for no limit. */
export function parseCpuMax(text: string | undefined): number | undefined {
  const [, quota, period] = /^\s*(\d{1,15})\s+(\d{1,15})\s*$/.exec(text ?? '') ?? [];
  return quotaCpus(Number(quota), Number(period));
}

/** How many CPUs a quota is worth; undefined where there is none. */
export function quotaCpus(quotaUs: number, periodUs: number): number | undefined {
  return quotaUs > 0 && periodUs > 0 ? quotaUs / periodUs : undefined;
}

/** The smallest limit that any of the folders sets: a cgroup is bound by all above it. */
export function smallestLimit(
  folders: readonly string[],
  readLimit: (folder: string) => number | undefined,
): number | undefined {
  let smallest: number | undefined;
  for (const folder of folders) {
    const limit = readLimit(folder);
    if (limit !== undefined && (smallest === undefined || limit < smallest)) smallest = limit;
  }
  return smallest;
}

export function readCgroupNumber(path: string): number | undefined {
  return parseCgroupNumber(readOptionalKernelFile(path));
}
