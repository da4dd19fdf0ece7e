/** Every process in one call, with its image name; nothing is opened. */

import { createNativeMemory, type NativeMemory } from '../native-memory.ts';
import { openLibrary, refused } from './native-library.ts';

export interface SnapshotProcess {
  readonly pid: number;
  /** Base name of the image, `svchost.exe`; empty for the idle process. */
  readonly imageName: string;
  /** 100 ns since 1601. Together with the pid it names a process for ever. */
  readonly createTime: bigint;
}

export interface SnapshotCounters {
  /** The `createTime`. */
  readonly start: bigint;
  /** In user and in kernel mode. */
  readonly cpuSeconds: number;
  /** The working set, as psutil's rss. */
  readonly rssBytes: number;
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
 *   40 LARGE_INTEGER  UserTime          100 ns, of ended threads too; KernelTime at 48
 *   56 UNICODE_STRING ImageName         USHORT Length in bytes; at 64 the text's address
 *   80 HANDLE         UniqueProcessId
 *  144 SIZE_T         WorkingSetSize    bytes; the threads follow at 256
 *
 * @param address where the memory lay when Windows wrote the addresses of the names into it
 */
export function parseProcessSnapshot(bytes: Uint8Array, address: bigint): SnapshotProcess[] {
  return parseEntries(bytes, address, (memory, entry) => {
    const nameAt = memory.target(entry + 64);
    return {
      pid: memory.count(entry + 80),
      imageName: nameAt === undefined ? '' : memory.text(nameAt, memory.uint16(entry + 56)),
      createTime: memory.uint64(entry + 32),
    };
  });
}

/** What is counted for each process of the same list, by pid; as `parseProcessSnapshot` otherwise. */
export function parseProcessCounters(
  bytes: Uint8Array,
  address: bigint,
): Map<number, SnapshotCounters> {
  const entries = parseEntries(bytes, address, (memory, entry) => {
    const cpuTime = memory.uint64(entry + 40) + memory.uint64(entry + 48);
    const counters: SnapshotCounters = {
      start: memory.uint64(entry + 32),
      cpuSeconds: Number(cpuTime) / 1e7,
      rssBytes: memory.count(entry + 144),
    };
    return [memory.count(entry + 80), counters] as const;
  });
  return new Map(entries);
}

function parseEntries<Entry>(
  bytes: Uint8Array,
  address: bigint,
  parse: (memory: NativeMemory, entry: number) => Entry,
): Entry[] {
  const memory = createNativeMemory('SYSTEM_PROCESS_INFORMATION', bytes, address);
  const entries: Entry[] = [];
  for (let entry = 0; ; ) {
    entries.push(parse(memory, entry));
    // It is unsigned and 0 ends the list, so that the walk goes forward only and comes to an end.
    const next = memory.uint32(entry);
    if (next === 0) return entries;
    entry += next;
  }
}

export interface SnapshotReader {
  /** Throws NOT_AVAILABLE or MALFORMED. */
  read(): SnapshotProcess[];
  /** Likewise. */
  readCounters(): Map<number, SnapshotCounters>;
}

/** Keeps its memory between reads, which is grown as the system's processes need it. */
export function createSnapshotReader(calls: SnapshotCalls): SnapshotReader {
  let output = Buffer.alloc(initialLength);
  const returnLength = Buffer.alloc(4);

  function query<Parsed>(parse: (bytes: Uint8Array, address: bigint) => Parsed): Parsed {
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
        return parse(filled, calls.getRawPointer(output));
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
  }

  return {
    read: () => query(parseProcessSnapshot),
    readCounters: () => query(parseProcessCounters),
  };
}
