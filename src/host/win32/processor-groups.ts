/**
 * Machines of more than 64 logical processors, which Windows divides into groups. GetSystemTimes
 * speaks of all of them since Windows 11; before that, of the group in which the caller runs.
 */
import { createNativeMemory } from '../native-memory.ts';

/** Times in 100 ns; the kernel's includes the idle one, as in GetSystemTimes. */
export interface GroupTimes {
  readonly idleTicks: bigint;
  readonly kernelTicks: bigint;
  readonly userTicks: bigint;
}

const systemProcessorPerformanceInformation = 8;
const structureLength = 48;
/** MAXIMUM_PROC_PER_GROUP (winnt.h). */
const processorsPerGroup = 64;

export interface GroupCalls {
  GetActiveProcessorGroupCount(): number;
  NtQuerySystemInformationEx(
    informationClass: number,
    group: Uint8Array,
    groupLength: number,
    output: Uint8Array,
    outputLength: number,
    returnLength: Uint8Array,
  ): number;
}

/**
 * The sums of a list of SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION. Throws MALFORMED.
 * https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntquerysysteminformation
 *
 *    0 LARGE_INTEGER IdleTime    8 KernelTime   16 UserTime   (two reserved, ULONG Reserved2)
 */
export function parseGroupTimes(bytes: Uint8Array): GroupTimes {
  const memory = createNativeMemory('SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION', bytes);
  let [idleTicks, kernelTicks, userTicks] = [0n, 0n, 0n];
  for (let at = 0; at < memory.length; at += structureLength) {
    idleTicks += memory.uint64(at);
    kernelTicks += memory.uint64(at + 8);
    userTicks += memory.uint64(at + 16);
  }
  return { idleTicks, kernelTicks, userTicks };
}

/**
 * The times of all groups together; undefined where there is but one, or where Windows does not tell
 * them by group: GetSystemTimes serves then.
 * https://github.com/winsiderss/phnt/blob/master/ntexapi.h ("EX in: USHORT ProcessorGroup")
 */
export function readGroupTimes(calls: GroupCalls): GroupTimes | undefined {
  const groups = calls.GetActiveProcessorGroupCount();
  if (groups < 2) return undefined;
  let [idleTicks, kernelTicks, userTicks] = [0n, 0n, 0n];
  const input = Buffer.alloc(2);
  const output = Buffer.alloc(processorsPerGroup * structureLength);
  const returnLength = Buffer.alloc(4);
  for (let group = 0; group < groups; group += 1) {
    input.writeUInt16LE(group, 0);
    const status = calls.NtQuerySystemInformationEx(
      systemProcessorPerformanceInformation,
      input,
      input.length,
      output,
      output.length,
      returnLength,
    );
    if (status !== 0) return undefined;
    const times = parseGroupTimes(output.subarray(0, returnLength.readUInt32LE(0)));
    idleTicks += times.idleTicks;
    kernelTicks += times.kernelTicks;
    userTicks += times.userTicks;
  }
  return { idleTicks, kernelTicks, userTicks };
}
