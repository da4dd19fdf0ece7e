/** Physical memory, as GlobalMemoryStatusEx gives it. */

import { createNativeMemory } from '../native-memory.ts';
import { openLibrary, requireTrue } from './native-library.ts';

export interface MemoryStatus {
  readonly totalBytes: number;
  /** What can be had without writing anything out: the standby, free and zero lists. */
  readonly availableBytes: number;
}

const structureLength = 64;

export interface MemoryCalls {
  GlobalMemoryStatusEx(status: Uint8Array): number;
}

export function loadMemoryCalls(): Promise<MemoryCalls> {
  return openLibrary('kernel32.dll', {
    GlobalMemoryStatusEx: { arguments: ['pointer'], return: 'int32' },
  });
}

/**
 * Reads a MEMORYSTATUSEX. Throws MALFORMED.
 * https://learn.microsoft.com/windows/win32/api/sysinfoapi/ns-sysinfoapi-memorystatusex
 *
 *    0 DWORD     dwLength        4 DWORD     dwMemoryLoad
 *    8 DWORDLONG ullTotalPhys   16 DWORDLONG ullAvailPhys   (five more of them follow)
 */
export function parseMemoryStatus(bytes: Uint8Array): MemoryStatus {
  const memory = createNativeMemory('MEMORYSTATUSEX', bytes);
  return { totalBytes: memory.count(8), availableBytes: memory.count(16) };
}

/**
 * Throws NOT_AVAILABLE.
 * https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-globalmemorystatusex
 */
export function readMemoryStatus(calls: MemoryCalls): MemoryStatus {
  const status = Buffer.alloc(structureLength);
  status.writeUInt32LE(structureLength, 0);
  requireTrue('GlobalMemoryStatusEx', calls.GlobalMemoryStatusEx(status));
  return parseMemoryStatus(status);
}
