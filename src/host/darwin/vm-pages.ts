/** Memory as the kernel counts it: the figures under vm_stat(1). */
import { createNativeMemory } from '../native-memory.ts';
import type { VmStat } from '../portable/vm-stat.ts';
import { type DarwinCalls, readSysctl, refused } from './system-library.ts';

/** HOST_VM_INFO64 (osfmk/mach/host_info.h). */
const vmInformation = 4;
/** HOST_VM_INFO64_REV1_COUNT: 38 integers; a newer kernel gives the first of its longer list. */
const vmIntegers = 38;
/** CTL_HW, HW_MEMSIZE (bsd/sys/sysctl.h). */
const memorySize = [6, 24] as const;

export interface VmPages extends VmStat {
  readonly totalBytes: number;
}

/**
 * Reads a vm_statistics64 (osfmk/mach/vm_statistics.h). Throws MALFORMED.
 *
 *    0 natural_t free_count   4 active_count   8 inactive_count   12 wire_count   (nine of 64 bits)
 *   88 natural_t purgeable_count   92 speculative_count, which is part of free_count
 */
export function parseVmPages(bytes: Uint8Array, pageBytes: number): VmStat {
  const memory = createNativeMemory('vm_statistics64', bytes);
  const pages = (offset: number): number => memory.uint32(offset) * pageBytes;
  const speculative = pages(92);
  return {
    free: pages(0) - speculative,
    speculative,
    active: pages(4),
    inactive: pages(8),
    wired: pages(12),
  };
}

/** Throws NOT_AVAILABLE, MALFORMED. @param host of `mach_host_self`, which is asked once */
export function readVmPages(calls: DarwinCalls, host: number): VmPages {
  const output = Buffer.alloc(4 * vmIntegers);
  const count = Buffer.alloc(4);
  count.writeUInt32LE(vmIntegers, 0);
  if (calls.host_statistics64(host, vmInformation, output, count) !== 0) {
    throw refused('host_statistics64');
  }
  const pageSize = Buffer.alloc(8);
  if (calls.host_page_size(host, pageSize) !== 0) throw refused('host_page_size');
  const pageBytes = createNativeMemory('vm_size_t', pageSize).count(0);
  const total = createNativeMemory(
    'hw.memsize',
    readSysctl(calls, memorySize, Buffer.alloc(8)),
  ).count(0);
  return { ...parseVmPages(output, pageBytes), totalBytes: total };
}
