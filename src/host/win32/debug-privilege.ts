/** The right to ask about processes of other users, where this program's user has been given it. */
import { openLibrary } from './native-library.ts';

/** The value of NtCurrentProcess(): this very process. */
const currentProcess = 0xffff_ffff_ffff_ffffn;
const tokenAdjustPrivileges = 0x0020;
/** SE_DEBUG_PRIVILEGE (wdm.h): the locally unique identifier that it has on every Windows. */
const debugPrivilege = 20;
const privilegeEnabled = 0x0000_0002;

export interface PrivilegeCalls {
  NtOpenProcessToken(process: bigint, access: number, token: Uint8Array): number;
  AdjustTokenPrivileges(
    token: bigint,
    disableAll: number,
    newState: Uint8Array,
    bufferLength: number,
    previousState: null,
    returnLength: null,
  ): number;
  NtClose(handle: bigint): number;
}

export async function loadPrivilegeCalls(): Promise<PrivilegeCalls> {
  const ntdll = await openLibrary('ntdll.dll', {
    NtOpenProcessToken: { arguments: ['pointer', 'uint32', 'pointer'], return: 'int32' },
    NtClose: { arguments: ['pointer'], return: 'int32' },
  });
  const advapi32 = await openLibrary('advapi32.dll', {
    AdjustTokenPrivileges: {
      arguments: ['pointer', 'int32', 'pointer', 'uint32', 'pointer', 'pointer'],
      return: 'int32',
    },
  });
  return { ...ntdll, ...advapi32 };
}

/**
 * Enables SeDebugPrivilege, as psutil does when it is imported: administrators and services hold it
 * disabled, and without it another user's process tells them nothing. Whoever does not hold it goes
 * on without; that is no error. All that it is used for is PROCESS_QUERY_LIMITED_INFORMATION.
 * https://learn.microsoft.com/windows/win32/api/securitybaseapi/nf-securitybaseapi-adjusttokenprivileges
 *
 * TOKEN_PRIVILEGES: 0 DWORD PrivilegeCount, then each: 4 LUID (DWORD low, LONG high) 12 DWORD
 * Attributes.
 */
export function enableDebugPrivilege(calls: PrivilegeCalls): void {
  const slot = Buffer.alloc(8);
  if (calls.NtOpenProcessToken(currentProcess, tokenAdjustPrivileges, slot) !== 0) return;
  const token = slot.readBigUInt64LE(0);
  try {
    const privileges = Buffer.alloc(16);
    privileges.writeUInt32LE(1, 0);
    privileges.writeUInt32LE(debugPrivilege, 4);
    privileges.writeUInt32LE(privilegeEnabled, 12);
    calls.AdjustTokenPrivileges(token, 0, privileges, 0, null, null);
  } finally {
    calls.NtClose(token);
  }
}
