/**
 * The structures of macOS, made after Apple's headers (xnu: bsd/sys/proc_info.h, bsd/net/if.h,
 * osfmk/mach/vm_statistics.h). Nobody has run these calls on a Mac yet.
 */
import { expect, test } from '@jest/globals';
import {
  parseInterfaceList,
  readInterfaceList,
} from '../../../src/host/darwin/interface-counters.ts';
import {
  createProcessTable,
  parseBsdInformation,
  parseFirstArgument,
  readUserName,
} from '../../../src/host/darwin/process-table.ts';
import { loadDarwinCalls, readSysctl } from '../../../src/host/darwin/system-library.ts';
import { parseVmPages, readVmPages } from '../../../src/host/darwin/vm-pages.ts';
import { testWith } from '../../support/requirement.ts';
import { survivesAnything } from '../host-win32/survives.ts';
import {
  argumentsOf,
  bsdInformationOf,
  type FakeMac,
  fakeMac,
  interfaceMessagesOf,
  totalBytes,
  vmStatisticsOf,
} from './fake-mac.ts';

const mac: FakeMac = {
  processes: [
    {
      pid: 733,
      userId: 501,
      name: 'Some Browser Helper (Renderer)',
      command: '/A/Some Browser Helper (Renderer)',
    },
    { pid: 1, userId: 0, name: 'launchd', command: '/sbin/launchd' },
    { pid: 902, userId: 4_294_967_294, name: 'com.apple.geod.xpc' },
    { pid: 903, userId: 501, name: 'postgres', command: 'postgres: bob mydb idle' },
  ],
  users: { 0: 'root', 501: 'anna smith' },
  interfaces: [
    ['lo0', 5n, 5n],
    ['a-very-long-interface', 2n ** 60n, 7n],
  ],
};
const malformed = expect.objectContaining({ code: 'MALFORMED' });

test('processes have the 16 bytes of the kernel’s name, completed where argv[0] may be read', () => {
  expect(createProcessTable(fakeMac(mac)).read()).toEqual([
    { pid: 1, userId: 0, name: 'launchd' },
    { pid: 733, userId: 501, name: 'Some Browser Helper (Renderer)' },
    // Another user's: its arguments are not ours to read.
    { pid: 902, userId: 4_294_967_294, name: 'com.apple.geod.x' },
    { pid: 903, userId: 501, name: 'postgres' },
  ]);
});

test('a process that ends between the list and the question is left out', () => {
  const calls = fakeMac(mac);
  const table = createProcessTable({
    ...calls,
    proc_pidinfo: (pid, ...rest) => (pid === 733 ? 0 : calls.proc_pidinfo(pid, ...rest)),
  });
  expect(table.read().map(({ pid }) => pid)).toEqual([1, 902, 903]);
});

test('a list that grew is asked again with more room, and one that is refused is not available', () => {
  const sizes: number[] = [];
  const calls = fakeMac(mac);
  const table = createProcessTable({
    ...calls,
    proc_listpids: (type, info, output, size) => {
      sizes.push(size);
      // The first answer fills its buffer to the brim.
      return sizes.length === 2 ? size : calls.proc_listpids(type, info, output, size);
    },
  });
  expect(table.read()).toHaveLength(4);
  expect(sizes).toEqual([0, 272, 800]);
  const refusing = createProcessTable({ ...calls, proc_listpids: () => 0 });
  expect(() => refusing.read()).toThrow(expect.objectContaining({ code: 'NOT_AVAILABLE' }));
});

test('argv[0] stands behind the path of the program; never another argument', () => {
  expect(parseFirstArgument(argumentsOf('/bin/some thing'))).toBe('/bin/some thing');
  expect(parseFirstArgument(Buffer.alloc(0))).toBeUndefined();
  expect(parseFirstArgument(Buffer.from('\0\0\0\0/bin/a\0\0a\0'))).toBeUndefined();
});

test('users by getpwuid_r: a name with blanks, nobody, and a pointer that leads out', () => {
  const calls = fakeMac(mac);
  expect(readUserName(calls, 501)).toBe('anna smith');
  expect(readUserName(calls, 77)).toBeUndefined();
  const astray = { ...calls, getRawPointer: () => 0x9000_0000n };
  expect(() => readUserName(astray, 501)).toThrow(malformed);
});

test('memory is what vm_stat makes of the same counts', () => {
  const page = 16_384;
  expect(readVmPages(fakeMac(mac), 515)).toEqual({
    // free_count has the speculative pages in it.
    free: 10_000 * page,
    speculative: 1000 * page,
    active: 400_000 * page,
    inactive: 300_000 * page,
    wired: 100_000 * page,
    totalBytes,
  });
  expect(() => readVmPages(fakeMac(mac), 1)).toThrow(
    expect.objectContaining({ code: 'NOT_AVAILABLE' }),
  );
});

test('bytes of interfaces in 64 bits, under their whole names', () => {
  expect(readInterfaceList(fakeMac(mac))).toEqual([
    { name: 'lo0', receivedBytes: 5, sentBytes: 5 },
    { name: 'a-very-long-interface', receivedBytes: 2n ** 60n, sentBytes: 7 },
  ]);
});

test('a list of interfaces that is cut or has no end is MALFORMED', () => {
  expect(() => parseInterfaceList(interfaceMessagesOf('en0', 1n, 1n).subarray(0, 100))).toThrow(
    malformed,
  );
  expect(() => parseInterfaceList(Buffer.alloc(8))).toThrow(malformed);
});

test('a list that grows while it is read gets more room', () => {
  const lengths: (number | undefined)[] = [];
  const answer = readSysctl(
    {
      sysctl: (_name, _length, output, size) => {
        lengths.push(output?.length);
        Buffer.from(size.buffer, size.byteOffset).writeBigUInt64LE(100n, 0);
        return output === null || output.length > 100 ? 0 : -1;
      },
    },
    [4, 17],
  );
  expect(answer).toHaveLength(100);
  expect(lengths).toEqual([undefined, 100, 4246]);
});

const elsewhere = { met: process.platform !== 'darwin', reason: 'macOS has this library' };

testWith(
  [elsewhere],
  'where there is no system library of macOS, nothing is available',
  async () => {
    await expect(loadDarwinCalls()).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
  },
);

test('structures of any bytes are read or MALFORMED', () => {
  const at = (bytes: Buffer) => ({ bytes, address: 0n });
  const [process] = mac.processes;
  if (process === undefined) throw new Error('there is a process');
  survivesAnything(parseBsdInformation, at(bsdInformationOf(process)), ({ pid }) => {
    expect(Number.isSafeInteger(pid)).toBe(true);
  });
  survivesAnything(parseInterfaceList, at(interfaceMessagesOf('en0', 1n, 2n)), (list) => {
    for (const { name } of list) expect(name.isWellFormed()).toBe(true);
  });
  survivesAnything(
    (bytes) => parseVmPages(bytes, 4096),
    at(vmStatisticsOf(9, 1, 1, 1)),
    (pages) => {
      expect(Number.isSafeInteger(pages.active)).toBe(true);
    },
  );
  survivesAnything(parseFirstArgument, at(argumentsOf('/bin/a')), () => {});
});
