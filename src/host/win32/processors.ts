/** What Windows says of its processors: how busy they were, how many there are, how fast they run. */

import { createNativeMemory } from '../native-memory.ts';
import { openLibrary, refused, requireTrue } from './native-library.ts';
import { type GroupCalls, readGroupTimes } from './processor-groups.ts';

/** Time of all processors together since boot, in 100 ns; it only ever grows. */
export interface ProcessorTimes {
  readonly idleTicks: bigint;
  readonly busyTicks: bigint;
}

const allProcessorGroups = 0xffff;
const processorInformation = 11;
const processorPowerLength = 24;
const systemInfoLength = 48;

export interface ProcessorCalls extends GroupCalls {
  GetSystemTimes(idle: Uint8Array, kernel: Uint8Array, user: Uint8Array): number;
  GetActiveProcessorCount(group: number): number;
  GetSystemInfo(info: Uint8Array): unknown;
  NtPowerInformation(
    level: number,
    input: null,
    inputLength: number,
    output: Uint8Array,
    outputLength: number,
  ): number;
}

export async function loadProcessorCalls(): Promise<ProcessorCalls> {
  const kernel32 = await openLibrary('kernel32.dll', {
    GetSystemTimes: { arguments: ['pointer', 'pointer', 'pointer'], return: 'int32' },
    GetActiveProcessorCount: { arguments: ['uint16'], return: 'uint32' },
    GetActiveProcessorGroupCount: { arguments: [], return: 'uint16' },
    GetSystemInfo: { arguments: ['pointer'], return: 'void' },
  });
  const ntdll = await openLibrary('ntdll.dll', {
    NtPowerInformation: {
      arguments: ['int32', 'pointer', 'uint32', 'pointer', 'uint32'],
      return: 'int32',
    },
    NtQuerySystemInformationEx: {
      arguments: ['int32', 'pointer', 'uint32', 'pointer', 'uint32', 'pointer'],
      return: 'int32',
    },
  });
  return { ...kernel32, ...ntdll };
}

/**
 * Reads the three FILETIMEs (each two DWORDs, low first) of GetSystemTimes. The kernel's time
 * includes the idle time. Throws MALFORMED.
 */
export function parseProcessorTimes(
  idle: Uint8Array,
  kernel: Uint8Array,
  user: Uint8Array,
): ProcessorTimes {
  const [idleTicks, kernelTicks, userTicks] = [idle, kernel, user].map((bytes) =>
    createNativeMemory('FILETIME', bytes).uint64(0),
  ) as [bigint, bigint, bigint];
  return { idleTicks, busyTicks: kernelTicks - idleTicks + userTicks };
}

/**
 * The times of all processors, whatever group they are in. Throws NOT_AVAILABLE, MALFORMED.
 * https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getsystemtimes
 */
export function readProcessorTimes(calls: ProcessorCalls): ProcessorTimes {
  const groups = readGroupTimes(calls);
  if (groups !== undefined) {
    const { idleTicks, kernelTicks, userTicks } = groups;
    return { idleTicks, busyTicks: kernelTicks - idleTicks + userTicks };
  }
  const [idle, kernel, user] = [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)] as const;
  requireTrue('GetSystemTimes', calls.GetSystemTimes(idle, kernel, user));
  return parseProcessorTimes(idle, kernel, user);
}

/**
 * Reads a SYSTEM_INFO. Throws MALFORMED.
 * https://learn.microsoft.com/windows/win32/api/sysinfoapi/ns-sysinfoapi-system_info
 *
 *   32 DWORD dwNumberOfProcessors   (of the caller's processor group)
 */
export function parseSystemInfoCount(bytes: Uint8Array): number {
  return createNativeMemory('SYSTEM_INFO', bytes).uint32(32);
}

/**
 * Logical processors of all groups, as psutil.cpu_count() gives them; where Windows does not tell
 * its groups, those of the group that this runs in. Throws NOT_AVAILABLE.
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getactiveprocessorcount
 * https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getsysteminfo
 */
export function readProcessorCount(calls: ProcessorCalls): number {
  const count = calls.GetActiveProcessorCount(allProcessorGroups);
  if (count > 0) return count;
  const info = Buffer.alloc(systemInfoLength);
  calls.GetSystemInfo(info);
  const groupCount = parseSystemInfoCount(info);
  if (groupCount === 0) throw refused('GetSystemInfo', 'it reports no processor');
  return groupCount;
}

/**
 * The mean of the processors' current MHz, or undefined when none tells one. psutil takes the
 * first processor's, which is the same wherever all are alike. Throws MALFORMED.
 * https://learn.microsoft.com/windows/win32/power/processor-power-information-str
 *
 *    0 ULONG Number    4 ULONG MaxMhz    8 ULONG CurrentMhz
 *   12 ULONG MhzLimit 16 ULONG MaxIdleState 20 ULONG CurrentIdleState
 */
export function parseProcessorFrequency(bytes: Uint8Array): number | undefined {
  const memory = createNativeMemory('PROCESSOR_POWER_INFORMATION', bytes);
  const frequencies: number[] = [];
  for (let at = 0; at + processorPowerLength <= memory.length; at += processorPowerLength) {
    const currentMhz = memory.uint32(at + 8);
    // Windows fills in the processors of one group; what lies beyond them stays zero.
    if (currentMhz > 0) frequencies.push(currentMhz);
  }
  if (frequencies.length === 0) return undefined;
  return Math.round(frequencies.reduce((sum, mhz) => sum + mhz, 0) / frequencies.length);
}

/**
 * Current MHz, or undefined where Windows gives none: virtual machines often have no such figure,
 * which is no failure of the rest.
 * https://learn.microsoft.com/windows/win32/api/powerbase/nf-powerbase-callntpowerinformation
 * (CallNtPowerInformation hands its arguments to this function of ntdll as they are.)
 */
export function readProcessorFrequency(calls: ProcessorCalls, count: number): number | undefined {
  const output = Buffer.alloc(count * processorPowerLength);
  const status = calls.NtPowerInformation(processorInformation, null, 0, output, output.length);
  return status === 0 ? parseProcessorFrequency(output) : undefined;
}
