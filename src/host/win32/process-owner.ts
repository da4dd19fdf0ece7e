/** Who a process runs as. */
import { openLibrary } from './native-library.ts';
import type { SnapshotProcess } from './process-snapshot.ts';
import { parseTokenUser, type Sid, sidLengthMax } from './sid.ts';

export type ProcessOwner =
  | { readonly kind: 'sid'; readonly sid: Sid }
  /** It has ended since the snapshot, or its pid is another's by now. */
  | { readonly kind: 'gone' }
  /** Windows does not let this user ask. */
  | { readonly kind: 'denied' };

const processQueryLimitedInformation = 0x1000;
const tokenQuery = 0x0008;
const tokenUser = 1;
const processTimes = 4;

/** https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/596a1078-e883-4972-9bbc-49e60bebca55 */
const statusInvalidCid = 0xc000000b;
const statusInvalidParameter = 0xc000000d;
const statusProcessIsTerminating = 0xc000010a;

const objectAttributesLength = 48;
const clientIdLength = 16;
const tokenUserLength = 16 + sidLengthMax;
const kernelUserTimesLength = 32;

export interface OwnerCalls {
  NtOpenProcess(
    handle: Uint8Array,
    access: number,
    attributes: Uint8Array,
    clientId: Uint8Array,
  ): number;
  NtOpenProcessToken(process: bigint, access: number, token: Uint8Array): number;
  NtQueryInformationProcess(
    process: bigint,
    informationClass: number,
    output: Uint8Array,
    outputLength: number,
    returnLength: null,
  ): number;
  NtQueryInformationToken(
    token: bigint,
    informationClass: number,
    output: Uint8Array,
    outputLength: number,
    returnLength: Uint8Array,
  ): number;
  NtClose(handle: bigint): number;
  getRawPointer(source: Uint8Array): bigint;
}

/**
 * The functions under OpenProcess, OpenProcessToken, GetProcessTimes and GetTokenInformation. They
 * return why they refuse, which the Win32 functions leave in GetLastError (see native-library.ts).
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntddk/nf-ntddk-ntopenprocess
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntopenprocesstoken
 * https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntqueryinformationprocess
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntqueryinformationtoken
 */
export async function loadOwnerCalls(): Promise<OwnerCalls> {
  const ntdll = await openLibrary('ntdll.dll', {
    NtOpenProcess: { arguments: ['pointer', 'uint32', 'pointer', 'pointer'], return: 'int32' },
    NtOpenProcessToken: { arguments: ['pointer', 'uint32', 'pointer'], return: 'int32' },
    NtQueryInformationProcess: {
      arguments: ['pointer', 'int32', 'pointer', 'uint32', 'pointer'],
      return: 'int32',
    },
    NtQueryInformationToken: {
      arguments: ['pointer', 'int32', 'pointer', 'uint32', 'pointer'],
      return: 'int32',
    },
    NtClose: { arguments: ['pointer'], return: 'int32' },
  });
  const { getRawPointer } = await import('node:ffi');
  return { ...ntdll, getRawPointer };
}

function refusal(status: number): ProcessOwner {
  const gone = [statusInvalidCid, statusInvalidParameter, statusProcessIsTerminating];
  return { kind: gone.includes(status >>> 0) ? 'gone' : 'denied' };
}

/** Runs `body` with a handle that `open` writes, and closes it whatever happens. */
function withHandle(
  calls: OwnerCalls,
  open: (handle: Uint8Array) => number,
  body: (handle: bigint) => ProcessOwner,
): ProcessOwner {
  const slot = Buffer.alloc(8);
  const status = open(slot);
  if (status !== 0) return refusal(status);
  const handle = slot.readBigUInt64LE(0);
  try {
    return body(handle);
  } finally {
    calls.NtClose(handle);
  }
}

/** Throws MALFORMED. */
function readTokenUser(calls: OwnerCalls, token: bigint): ProcessOwner {
  const output = Buffer.alloc(tokenUserLength);
  const status = calls.NtQueryInformationToken(
    token,
    tokenUser,
    output,
    output.length,
    Buffer.alloc(4),
  );
  if (status !== 0) return refusal(status);
  return { kind: 'sid', sid: parseTokenUser(output, calls.getRawPointer(output)) };
}

/**
 * The SID of a process's primary token. Throws MALFORMED.
 *
 * OBJECT_ATTRIBUTES: 0 ULONG Length, the rest null (the process is named by its CLIENT_ID).
 * CLIENT_ID: 0 HANDLE UniqueProcess, 8 HANDLE UniqueThread (null).
 * KERNEL_USER_TIMES: 0 LARGE_INTEGER CreateTime, ExitTime, KernelTime, UserTime.
 */
export function readProcessOwner(calls: OwnerCalls, process: SnapshotProcess): ProcessOwner {
  const attributes = Buffer.alloc(objectAttributesLength);
  attributes.writeUInt32LE(objectAttributesLength, 0);
  const clientId = Buffer.alloc(clientIdLength);
  clientId.writeBigUInt64LE(BigInt(process.pid), 0);

  return withHandle(
    calls,
    (slot) => calls.NtOpenProcess(slot, processQueryLimitedInformation, attributes, clientId),
    (handle) => {
      const times = Buffer.alloc(kernelUserTimesLength);
      const status = calls.NtQueryInformationProcess(
        handle,
        processTimes,
        times,
        times.length,
        null,
      );
      if (status !== 0) return refusal(status);
      // A pid is given again soon; the user of its next process must not be this one's for ever.
      if (times.readBigUInt64LE(0) !== process.createTime) return { kind: 'gone' };
      return withHandle(
        calls,
        (slot) => calls.NtOpenProcessToken(handle, tokenQuery, slot),
        (token) => readTokenUser(calls, token),
      );
    },
  );
}
