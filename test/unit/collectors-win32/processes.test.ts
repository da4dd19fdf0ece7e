import { expect, test } from '@jest/globals';
import {
  createWin32ProcessesCollector,
  type Win32ProcessCalls,
} from '../../../src/collectors/processes/win32.ts';
import {
  address,
  type FakeProcess,
  fakeAccounts,
  sidOf,
  snapshotOf,
} from '../host-win32/fake-processes.ts';
import { windowsContext } from './context.ts';

const system = sidOf(5, 18);
const ada = sidOf(5, 21, 7, 7, 7, 1001);
const accessDenied = 0xc0000022 | 0;
const invalidCid = 0xc000000b | 0;

interface Machine {
  processes: FakeProcess[];
  /** By pid: a user, a refusal, or nothing for one that has ended. */
  owners: Record<number, ReturnType<typeof sidOf> | 'denied' | undefined>;
}

/** A Windows whose processes and their users a test sets, and which counts what is opened. */
function fakeWindows(machine: Machine): {
  load(): Promise<Win32ProcessCalls>;
  opened: number[];
  asked: string[];
} {
  const opened: number[] = [];
  const { calls: accounts, asked } = fakeAccounts({
    [system.text]: ['NT AUTHORITY', 'SYSTEM'],
    [ada.text]: ['OFFICE', 'ada'],
  });
  const write = (memory: Uint8Array, value: bigint): number => {
    Buffer.from(memory.buffer, memory.byteOffset).writeBigUInt64LE(value, 0);
    return 0;
  };
  const calls: Win32ProcessCalls = {
    accounts,
    // Not every user holds the privilege; it goes on without.
    privileges: {
      NtOpenProcessToken: () => accessDenied,
      AdjustTokenPrivileges: () => 0,
      NtClose: () => 0,
    },
    snapshot: {
      NtQuerySystemInformation: (_class, output, _length, returnLength) => {
        const bytes = snapshotOf(machine.processes);
        Buffer.from(returnLength.buffer, returnLength.byteOffset).writeUInt32LE(bytes.length, 0);
        output.set(bytes);
        return 0;
      },
      getRawPointer: () => address,
    },
    owners: {
      // A handle's value is the pid here, so that the later calls know whom they are asked about.
      NtOpenProcess: (slot, _access, _attributes, clientId) => {
        const pid = Number(Buffer.from(clientId.buffer, clientId.byteOffset).readBigUInt64LE(0));
        opened.push(pid);
        const owner = machine.owners[pid];
        if (owner === undefined) return invalidCid;
        return owner === 'denied' ? accessDenied : write(slot, BigInt(pid));
      },
      NtQueryInformationProcess: (handle, _class, output) => {
        const found = machine.processes.find((one) => BigInt(one.pid) === handle);
        return write(output, found?.createTime ?? 1n);
      },
      NtOpenProcessToken: (handle, _access, slot) => write(slot, handle),
      NtQueryInformationToken: (token, _class, output) => {
        const owner = machine.owners[Number(token)];
        if (typeof owner !== 'object') return accessDenied;
        output.set(owner.bytes, 16);
        return write(output, address + 16n);
      },
      NtClose: () => 0,
      getRawPointer: () => address,
    },
  };
  return { load: async () => calls, opened, asked };
}

function machine(): Machine {
  return {
    processes: [
      { pid: 0, name: '', createTime: 0n },
      { pid: 4, name: 'System', createTime: 0n },
      { pid: 900, name: 'editor.exe', createTime: 30n },
      { pid: 612, name: 'svchost.exe', createTime: 10n },
      { pid: 620, name: 'svchost.exe', createTime: 11n },
    ],
    owners: { 612: system, 620: system, 900: ada },
  };
}

test('every process is given with its image name and DOMAIN\\user, sorted by pid', async () => {
  const { load } = fakeWindows(machine());
  const collector = createWin32ProcessesCollector(windowsContext(), { load });
  expect(await collector.collect()).toEqual([
    { pid: 0, name: 'System Idle Process', username: 'NT AUTHORITY\\SYSTEM' },
    { pid: 4, name: 'System', username: 'NT AUTHORITY\\SYSTEM' },
    { pid: 612, name: 'svchost.exe', username: 'NT AUTHORITY\\SYSTEM' },
    { pid: 620, name: 'svchost.exe', username: 'NT AUTHORITY\\SYSTEM' },
    { pid: 900, name: 'editor.exe', username: 'OFFICE\\ada' },
  ]);
});

test('where people look, CPU use and memory come to it, the idle process’s left out', async () => {
  const windows = machine();
  const context = { ...windowsContext(), isShown: true };
  const { load } = fakeWindows(windows);
  const collector = createWin32ProcessesCollector(context, { load });
  windows.processes = windows.processes.map((one) => ({ ...one, workingSet: 4096n }));
  await collector.collect();
  context.clock.advance(1000);
  // A quarter of a second in user mode and as much in kernel mode.
  windows.processes = windows.processes.map((one) => ({ ...one, cpuTime: 2_500_000n }));
  const [idle, ...others] = Object.values(await collector.collect());
  expect(idle).toEqual({
    pid: 0,
    name: 'System Idle Process',
    username: 'NT AUTHORITY\\SYSTEM',
  });
  for (const one of others) expect(one).toMatchObject({ cpu_percent: 50, rss_bytes: 4096 });
  expect(others).toHaveLength(4);
});

test('a second sample opens only what is new, and asks for no name twice', async () => {
  const windows = machine();
  const { load, opened, asked } = fakeWindows(windows);
  const collector = createWin32ProcessesCollector(windowsContext(), { load });
  await collector.collect();
  expect([...opened].sort()).toEqual([612, 620, 900]);
  expect(asked).toEqual([ada.text, system.text]);

  windows.processes.push({ pid: 1000, name: 'new.exe', createTime: 40n });
  windows.owners[1000] = ada;
  opened.length = 0;
  await collector.collect();
  expect(opened).toEqual([1000]);
  expect(asked).toHaveLength(2);
});

test('a pid that another process has taken gets the new user, not the remembered one', async () => {
  const windows = machine();
  const { load } = fakeWindows(windows);
  const collector = createWin32ProcessesCollector(windowsContext(), { load });
  await collector.collect();
  windows.processes = [{ pid: 900, name: 'svchost.exe', createTime: 99n }];
  windows.owners[900] = system;
  expect(await collector.collect()).toEqual([
    { pid: 900, name: 'svchost.exe', username: 'NT AUTHORITY\\SYSTEM' },
  ]);
});

test('a process that may not be opened stays in the list, its user is not invented', async () => {
  const windows = machine();
  windows.owners[612] = 'denied';
  const collector = createWin32ProcessesCollector(windowsContext(), fakeWindows(windows));
  expect(await collector.collect()).toContainEqual({
    pid: 612,
    name: 'svchost.exe',
    username: '',
  });
});

test('a refusal that passes is not remembered for the life of a process', async () => {
  const windows = machine();
  windows.owners[612] = 'denied';
  const { load, opened } = fakeWindows(windows);
  const context = windowsContext();
  const collector = createWin32ProcessesCollector(context, { load });
  await collector.collect();
  windows.owners[612] = system;
  opened.length = 0;
  await collector.collect();
  expect(opened).toEqual([]);
  context.clock.advance(600_000);
  const [user] = [await collector.collect()]
    .flatMap((processes) => (Array.isArray(processes) ? processes : []))
    .filter(({ pid }) => pid === 612);
  expect(user).toMatchObject({ username: 'NT AUTHORITY\\SYSTEM' });
  expect(opened).toEqual([612]);
});

test('a process that ends while it is asked about is left out', async () => {
  const windows = machine();
  windows.owners[612] = undefined;
  const collector = createWin32ProcessesCollector(windowsContext(), fakeWindows(windows));
  const processes = await collector.collect();
  expect(processes).toHaveLength(4);
  expect(processes).not.toContainEqual(expect.objectContaining({ pid: 612 }));
});

test('less detail and filters by name keep unneeded processes closed', async () => {
  const filtered = fakeWindows(machine());
  const someOnly = createWin32ProcessesCollector(
    windowsContext({ processes_include: ['*.exe'], processes_exclude: ['svchost.exe'] }),
    filtered,
  );
  expect(await someOnly.collect()).toEqual([
    { pid: 900, name: 'editor.exe', username: 'OFFICE\\ada' },
  ]);
  expect(filtered.opened).toEqual([900]);

  const named = fakeWindows(machine());
  const names = createWin32ProcessesCollector(windowsContext({ processes_detail: 'names' }), named);
  expect(await names.collect()).toContainEqual({ pid: 900, name: 'editor.exe' });
  const counting = createWin32ProcessesCollector(
    windowsContext({ processes_detail: 'count' }),
    named,
  );
  expect(await counting.collect()).toEqual({ count: 5 });
  expect(named.opened).toEqual([]);

  const load = async (): Promise<Win32ProcessCalls> => {
    throw new Error('nothing may be loaded');
  };
  const off = createWin32ProcessesCollector(windowsContext({ processes_detail: 'off' }), { load });
  expect(await off.collect()).toEqual([]);
});
