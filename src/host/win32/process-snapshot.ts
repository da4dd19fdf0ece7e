/** Every process in one call, with its image name; nothing is opened. */

import { openLibrary, refused } from './native-library.ts';
import { createNativeMemory } from './native-memory.ts';

export interface SnapshotProcess {
  readonly pid: number;
  /** Base name of the image, `svchost.exe`; empty for the idle process. */
  readonly imageName: string;
  /** 100 ns since 1601. Together with the pid it names a process for ever. */
  readonly createTime: bigint;
}

const systemProcessInformation = 5;
const statusInfoLengthMismatch = 0xc0000004;

/** 300 processes with 3 000 threads take some 350 KB. */
const initialLength = 512 * 1024;
const maximumLength = 64 * 1024 * 1024;
const attemptsMax = 8;

export interface SnapshotCalls {
  NtQuerySystemInformation(
    informationClass: number,
    output: Uint8Array,
    outputLength: number,
    returnLength: Uint8Array,
  ): number;
  getRawPointer(source: Uint8Array): bigint;
}

export async function loadSnapshotCalls(): Promise<SnapshotCalls> {
  const ntdll = await openLibrary('ntdll.dll', {
    NtQuerySystemInformation: {
      arguments: ['int32', 'pointer', 'uint32', 'pointer'],
      return: 'int32',
    },
  });
  const { getRawPointer } = await import('node:ffi');
  return { ...ntdll, getRawPointer };
}

/**
 * Reads a list of SYSTEM_PROCESS_INFORMATION. Throws MALFORMED.
 * https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntquerysysteminformation
 * (64-bit; CreateTime is not on the page, and stands where it has stood since Windows 2000.)
 *
 *    0 ULONG          NextEntryOffset   0 in the last entry
 *    4 ULONG          NumberOfThreads
 *   32 LARGE_INTEGER  CreateTime
 *   56 UNICODE_STRING ImageName         USHORT Length in bytes; at 64 the text's address
 *   80 HANDLE         UniqueProcessId   (what follows are the entry's counters and threads)
 *
 * @param address where the memory lay when Windows wrote the addresses of the names into it
 */
export function parseProcessSnapshot(bytes: Uint8Array, address: bigint): SnapshotProcess[] {
  const memory = createNativeMemory('SYSTEM_PROCESS_INFORMATION', bytes, address);
  const processes: SnapshotProcess[] = [];
  for (let entry = 0; ; ) {
    const nameAt = memory.target(entry + 64);
    processes.push({
      pid: memory.count(entry + 80),
      imageName: nameAt === undefined ? '' : memory.text(nameAt, memory.uint16(entry + 56)),
      createTime: memory.uint64(entry + 32),
    });
    // It is unsigned and 0 ends the list, so that the walk goes forward only and comes to an end.
    const next = memory.uint32(entry);
    if (next === 0) return processes;
    entry += next;
  }
}

export interface SnapshotReader {
  /** Throws NOT_AVAILABLE or MALFORMED. */
  read(): SnapshotProcess[];
}

/** Keeps its memory between reads, which is grown as the system's processes need it. */
export function createSnapshotReader(calls: SnapshotCalls): SnapshotReader {
  let output = Buffer.alloc(initialLength);
  const returnLength = Buffer.alloc(4);

  return {
    read: () => {
      for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
        const status =
          calls.NtQuerySystemInformation(
            systemProcessInformation,
            output,
            output.length,
            returnLength,
          ) >>> 0;
        const length = returnLength.readUInt32LE(0);
        if (status === 0) {
          const filled = output.subarray(0, Math.min(length, output.length));
          return parseProcessSnapshot(filled, calls.getRawPointer(output));
        }
        if (status !== statusInfoLengthMismatch) {
          throw refused('NtQuerySystemInformation', `status 0x${status.toString(16)}`);
        }
        // Room for those that start until the next attempt.
        const wanted = Math.max(output.length * 2, length + length / 8);
        if (wanted > maximumLength) break;
        output = Buffer.alloc(Math.ceil(wanted));
      }
      throw refused('NtQuerySystemInformation', 'the list of processes is larger than any buffer');
    },
  };
}
