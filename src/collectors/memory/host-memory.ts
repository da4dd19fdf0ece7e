/** From the fields of /proc/meminfo to the figures of the report, as psutil 5.9 makes them. */
import { MonitorError } from '../../base/errors.ts';
import type { MemInfo } from '../../host/linux/meminfo.ts';
import { parseLowWatermarkPages } from '../../host/linux/zoneinfo.ts';
import { percentOf } from '../percent.ts';
import type { Memory } from './index.ts';

/** Of x86; kernels before 3.14, which alone need it, hardly run on anything else any more. */
const pageSizeBytes = 4096;

export interface HostMemory {
  readonly memory: Memory;
  /** Figures that cannot be right and were replaced, each with what is wrong. */
  readonly clamped: ReadonlyMap<string, string>;
}

/**
 * What the report says of a machine's memory, in bytes.
 *
 * Inside LXC the total is the container's while other figures may be the host's. procps and psutil
 * then take what cannot be from free memory: used as total - free, available as free.
 */
export function hostMemoryOf(info: MemInfo, availableEstimate: number): HostMemory {
  const { total, buffers = 0, cached = 0, slabReclaimable = 0 } = info;
  const clamped = new Map<string, string>();
  if (info.free > total) clamped.set('memory.free', 'it is more than the total');
  const free = Math.min(info.free, total);
  const usedWithoutCaches = total - free - buffers - cached - slabReclaimable;
  if (usedWithoutCaches < 0) clamped.set('memory.used', 'free and cached are more than the total');
  if (availableEstimate > total) clamped.set('memory.available', 'it is more than the total');
  if (availableEstimate < 0) clamped.set('memory.available', 'it is less than nothing');
  const used = usedWithoutCaches < 0 ? total - free : usedWithoutCaches;
  const available = availableEstimate > total ? free : Math.max(0, availableEstimate);
  const percentUsed = percentOf(total - available, total);
  if (percentUsed === undefined) {
    throw new MonitorError({
      code: 'MALFORMED',
      operation: 'read /proc/meminfo',
      reason: 'this machine has no memory at all',
    });
  }
  return { memory: { total, available, percent_used: percentUsed, used, free }, clamped };
}

/**
 * Kernels before 3.14 tell no MemAvailable. The estimate is the one that the kernel then began to
 * make itself (commit 34e431b0ae39), as psutil computes it; before 2.6.28 it was free + cached.
 */
export function estimateAvailable(info: MemInfo, zoneInfo: string | undefined): number {
  const { free, cached = 0, activeFile, inactiveFile, slabReclaimable } = info;
  if (
    activeFile === undefined ||
    inactiveFile === undefined ||
    slabReclaimable === undefined ||
    zoneInfo === undefined
  ) {
    return free + cached;
  }
  const lowWatermark = parseLowWatermarkPages(zoneInfo) * pageSizeBytes;
  const pageCache = activeFile + inactiveFile;
  return Math.trunc(
    free -
      lowWatermark +
      (pageCache - Math.min(pageCache / 2, lowWatermark)) +
      (slabReclaimable - Math.min(slabReclaimable / 2, lowWatermark)),
  );
}
