/** vm_stat(1) of macOS: the kernel's page counts (vm_statistics64), and how large a page is. */
import { MonitorError } from '../../base/errors.ts';

/** Bytes. */
export interface VmStat {
  /** Without the speculative pages. */
  readonly free: number;
  readonly speculative: number;
  readonly active: number;
  readonly inactive: number;
  readonly wired: number;
}

/** Throws MALFORMED when the size of a page or one of the counts is missing. */
export function parseVmStat(text: string): VmStat {
  const pageBytes = Number(/page size of (\d{1,7}) bytes/.exec(text)?.[1]);

  function bytesOf(label: string): number {
    const pages = new RegExp(`^${label}:\\s+(\\d{1,12})\\.?\\s*$`, 'm').exec(text)?.[1];
    const bytes = Number(pages) * pageBytes;
    if (!Number.isSafeInteger(bytes)) {
      throw new MonitorError({
        code: 'MALFORMED',
        operation: 'parse vm_stat',
        reason: `"${label}" is missing`,
      });
    }
    return bytes;
  }

  return {
    free: bytesOf('Pages free'),
    speculative: bytesOf('Pages speculative'),
    active: bytesOf('Pages active'),
    inactive: bytesOf('Pages inactive'),
    wired: bytesOf('Pages wired down'),
  };
}
