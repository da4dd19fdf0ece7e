import { expect, test } from '@jest/globals';
import { createAccountNames } from '../../../src/host/win32/account-names.ts';
import { enableDebugPrivilege } from '../../../src/host/win32/debug-privilege.ts';
import { type OwnerCalls, readProcessOwner } from '../../../src/host/win32/process-owner.ts';
import { parseTokenUser } from '../../../src/host/win32/sid.ts';
import { captured } from './captured.ts';
import { address, fakeAccounts, sidOf } from './fake-processes.ts';
import { createHandClock } from './hand-clock.ts';
import { survivesAnything } from './survives.ts';

test('a SID is written as Windows writes it', () => {
  expect(sidOf(5, 18).text).toBe('S-1-5-18');
  expect(sidOf(5, 21, 3623811015, 3361044348, 30300820, 1013).text).toBe(
    'S-1-5-21-3623811015-3361044348-30300820-1013',
  );
  expect(sidOf(0x1_0000_0000, 7).text).toBe('S-1-0x000100000000-7');
});

test('the SID of a captured token is the one that its user has', () => {
  const { bytes, address: base } = captured('token-user');
  expect(parseTokenUser(bytes, base).text).toBe('S-1-5-21-0-0-0-1000');
});

test('a SID of any bytes is a text or MALFORMED', () => {
  survivesAnything(parseTokenUser, captured('token-user'), ({ bytes, text }) => {
    expect(text).toMatch(/^S-\d+-(\d+|0x[0-9a-f]{12})(-\d+)*$/);
    expect(bytes.length).toBeGreaterThanOrEqual(8);
  });
});

const own = { pid: 4242, imageName: 'agent.exe', createTime: 77n };

/** A Windows with one process, 4242, which runs as LocalSystem; it counts the open handles. */
function fakeWindows(overrides: Partial<OwnerCalls> = {}): { calls: OwnerCalls; open(): number } {
  let open = 0;
  const give = (slot: Uint8Array): number => {
    open += 1;
    Buffer.from(slot.buffer, slot.byteOffset).writeBigUInt64LE(0x1000n + BigInt(open), 0);
    return 0;
  };
  const calls: OwnerCalls = {
    NtOpenProcess: (slot, _access, _attributes, clientId) => {
      const pid = Buffer.from(clientId.buffer, clientId.byteOffset).readBigUInt64LE(0);
      return pid === 4242n ? give(slot) : 0xc000000b | 0;
    },
    NtOpenProcessToken: (_process, _access, slot) => give(slot),
    NtQueryInformationProcess: (_process, _class, output) => {
      Buffer.from(output.buffer, output.byteOffset).writeBigUInt64LE(77n, 0);
      return 0;
    },
    NtQueryInformationToken: (_token, _class, output) => {
      const memory = Buffer.from(output.buffer, output.byteOffset, output.byteLength);
      memory.writeBigUInt64LE(address + 16n, 0);
      memory.set(sidOf(5, 18).bytes, 16);
      return 0;
    },
    NtClose: () => {
      open -= 1;
      return 0;
    },
    getRawPointer: () => address,
    ...overrides,
  };
  return { calls, open: () => open };
}

test('the owner of a process is the user of its token, and both handles are closed', () => {
  const { calls, open } = fakeWindows();
  const owner = readProcessOwner(calls, own);
  expect(owner).toMatchObject({ kind: 'sid', sid: { text: 'S-1-5-18' } });
  expect(open()).toBe(0);
});

test('a process that ended since the snapshot is gone', () => {
  expect(readProcessOwner(fakeWindows().calls, { ...own, pid: 8 })).toEqual({ kind: 'gone' });
});

test('a pid that another process has by now is gone, and gives nobody a wrong name', () => {
  const { calls, open } = fakeWindows();
  expect(readProcessOwner(calls, { ...own, createTime: 76n })).toEqual({ kind: 'gone' });
  expect(open()).toBe(0);
});

test('a process or a token that Windows does not open for us is denied, with no handle left', () => {
  const accessDenied = (): number => 0xc0000022 | 0;
  for (const refusal of [
    { NtOpenProcess: accessDenied },
    { NtQueryInformationProcess: accessDenied },
    { NtOpenProcessToken: accessDenied },
    { NtQueryInformationToken: accessDenied },
  ] satisfies Partial<OwnerCalls>[]) {
    const { calls, open } = fakeWindows(refusal);
    expect(readProcessOwner(calls, own)).toEqual({ kind: 'denied' });
    expect(open()).toBe(0);
  }
});

test('handles are closed when the token holds nonsense', () => {
  const { calls, open } = fakeWindows({ NtQueryInformationToken: () => 0 });
  expect(() => readProcessOwner(calls, own)).toThrow(
    expect.objectContaining({ code: 'MALFORMED' }),
  );
  expect(open()).toBe(0);
});

test('users are DOMAIN\\user, asked for once and then remembered', () => {
  const clock = createHandClock();
  const { calls, asked } = fakeAccounts({ 'S-1-5-18': ['NT AUTHORITY', 'SYSTEM'] });
  const names = createAccountNames(calls, clock);
  const system = sidOf(5, 18);
  expect(names.nameOf(system)).toBe('NT AUTHORITY\\SYSTEM');
  expect(names.nameOf(system)).toBe('NT AUTHORITY\\SYSTEM');
  expect(asked).toHaveLength(1);
});

test('a renamed user appears under the new name within an hour', () => {
  const clock = createHandClock();
  const table: Record<string, readonly [string, string]> = { 'S-1-5-18': ['OFFICE', 'old'] };
  const names = createAccountNames(fakeAccounts(table).calls, clock);
  expect(names.nameOf(sidOf(5, 18))).toBe('OFFICE\\old');
  table['S-1-5-18'] = ['OFFICE', 'new'];
  clock.advance(60 * 60_000);
  expect(names.nameOf(sidOf(5, 18))).toBe('OFFICE\\new');
});

test('a user without a name is shown by the SID, and asked for again only after minutes', () => {
  const clock = createHandClock();
  const { calls, asked } = fakeAccounts({});
  const names = createAccountNames(calls, clock);
  const deleted = sidOf(5, 21, 1, 2, 3, 1001);
  expect(names.nameOf(deleted)).toBe('S-1-5-21-1-2-3-1001');
  clock.advance(9 * 60_000);
  expect(names.nameOf(deleted)).toBe('S-1-5-21-1-2-3-1001');
  expect(asked).toHaveLength(1);
  clock.advance(60_000);
  names.nameOf(deleted);
  expect(asked).toHaveLength(2);
});

test('the debug privilege is enabled in our own token, which is closed again', () => {
  const closed: bigint[] = [];
  const adjusted: unknown[] = [];
  enableDebugPrivilege({
    NtOpenProcessToken: (process, access, slot) => {
      adjusted.push(process, access);
      Buffer.from(slot.buffer, slot.byteOffset).writeBigUInt64LE(0x84n, 0);
      return 0;
    },
    AdjustTokenPrivileges: (token, disableAll, newState) => {
      adjusted.push(token, disableAll, Buffer.from(newState).toString('hex'));
      return 1;
    },
    NtClose: (handle) => {
      closed.push(handle);
      return 0;
    },
  });
  const onePrivilege = '01000000' + '1400000000000000' + '02000000';
  expect(adjusted).toEqual([2n ** 64n - 1n, 0x20, 0x84n, 0, onePrivilege]);
  expect(closed).toEqual([0x84n]);
});

test('a user without the privilege, or without a right to the token, goes on without', () => {
  let closed = 0;
  const NtClose = (): number => {
    closed += 1;
    return 0;
  };
  const AdjustTokenPrivileges = (): number => 0;
  const NtOpenProcessToken = (): number => 0xc0000022 | 0;
  enableDebugPrivilege({ NtOpenProcessToken, AdjustTokenPrivileges, NtClose });
  expect(closed).toBe(0);
  enableDebugPrivilege({ NtOpenProcessToken: () => 0, AdjustTokenPrivileges, NtClose });
  expect(closed).toBe(1);
});

test('a user keeps the name that is known while the domain cannot be asked', () => {
  const clock = createHandClock();
  const ada = sidOf(5, 21, 7, 7, 7, 1001);
  const table: Record<string, readonly [string, string]> = { [ada.text]: ['OFFICE', 'ada'] };
  const { calls, asked } = fakeAccounts(table);
  const names = createAccountNames(calls, clock);
  expect(names.nameOf(ada)).toBe('OFFICE\\ada');
  delete table[ada.text];
  clock.advance(60 * 60_000);
  expect(names.nameOf(ada)).toBe('OFFICE\\ada');
  expect(asked).toHaveLength(2);
});

test('a domain that takes seconds to be found away is asked once a minute, for one user', () => {
  const clock = createHandClock();
  const { calls, asked } = fakeAccounts({}, () => clock.advance(9000));
  const names = createAccountNames(calls, clock);
  const users = [1001, 1002, 1003].map((id) => sidOf(5, 21, 7, 7, 7, id));
  expect(users.map((one) => names.nameOf(one))).toEqual(users.map((one) => one.text));
  expect(asked).toHaveLength(1);
  clock.advance(60_000);
  expect(users.map((one) => names.nameOf(one))).toEqual(users.map((one) => one.text));
  expect(asked).toEqual([users[0]?.text, users[1]?.text]);
});
