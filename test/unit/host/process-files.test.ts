import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createProcessFiles,
  hasKernelThreadFlag,
  parseStatus,
  pidsOf,
  wholeArguments,
} from '../../../src/host/linux/process-files.ts';
import { onPlatform, testWith } from '../../support/requirement.ts';

test('pids are the numeric names of /proc, by number', () => {
  expect([...pidsOf(['1', '10', '2', 'self', 'sys', '007', '4194304', 'thread-self'])]).toEqual([
    1, 2, 10, 4194304,
  ]);
});

test('a status file gives the real and the effective uid', () => {
  const status =
    'Name:\tsudo\nUmask:\t0022\nPPid:\t4021\nUid:\t1000\t0\t0\t0\nGid:\t1000\t0\t0\t0\n';
  expect(parseStatus(status, () => '')).toEqual({
    realUid: 1000,
    effectiveUid: 0,
    isKernelThread: false,
  });
});

test('the kernel says itself what is a kernel thread', () => {
  const uids = 'Uid:\t0\t0\t0\t0\n';
  const thread = '7 (a) S 1 (b) I 2 0 0 0 -1 69238880 0 0';
  const program = '7 (a) S 1 (b) S 2 7 7 0 -1 4194304 0 0';
  const isThread = (status: string, stat: string): boolean | undefined =>
    parseStatus(status, () => stat)?.isKernelThread;
  expect(isThread(`PPid:\t2\n${uids}Kthread:\t0\n`, thread)).toBe(false);
  expect(isThread(`PPid:\t2\n${uids}Kthread:\t1\n`, program)).toBe(true);
  expect(isThread(`PPid:\t2\n${uids}`, thread)).toBe(true);
  expect(isThread(`PPid:\t2\n${uids}`, program)).toBe(false);
  expect(isThread(`PPid:\t0\n${uids}`, program)).toBe(false);
  expect(isThread(`PPid:\t22\n${uids}`, thread)).toBe(false);
});

test('of a damaged stat file nothing is a kernel thread', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('(', ')', ' ', '-', 'S') }), (text) => {
      expect(hasKernelThreadFlag(text)).toBe(false);
    }),
  );
});

test('a name that looks like other lines does not pass for them', () => {
  // The kernel writes a line end in a name as backslash n (proc_task_name).
  const status = 'Name:\tx\\nPPid:\t2\\nUid:\t7\t7\t7\nPPid:\t1\nUid:\t5\t6\t6\t6\n';
  expect(parseStatus(status, () => '')).toEqual({
    realUid: 5,
    effectiveUid: 6,
    isKernelThread: false,
  });
});

test('a status file without uids, or cut within them, gives nothing', () => {
  for (const text of ['', 'Uid:', 'Uid:\t1000', 'Uid:\t1000\t10', 'Name:\tx\n']) {
    expect(parseStatus(text, () => '')).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes('Uid:'));
      expect(parseStatus(text, () => '')).toBeUndefined();
    }),
  );
});

testWith([onPlatform('linux')], 'a process is read as what it is now, however often', () => {
  const folder = createProcessFiles('/proc').folder(process.pid);
  const rename = (name: string): void => writeFileSync(`/proc/${process.pid}/comm`, name);
  const name = folder.comm() ?? '';
  try {
    rename('one');
    expect(folder.comm()).toBe('one');
    rename('another');
    expect(folder.comm()).toBe('another');
    folder.close();
    expect(folder.comm()).toBe('another');
  } finally {
    rename(name);
    folder.close();
  }
});

testWith(
  [onPlatform('linux')],
  'a process that ended gives nothing, though its file was open',
  async () => {
    const child = spawn('sleep', ['600']);
    await once(child, 'spawn');
    const folder = createProcessFiles('/proc').folder(child.pid ?? 0);
    expect(folder.comm()).toBe('sleep');
    child.kill();
    await once(child, 'close');
    expect(folder.comm()).toBeUndefined();
    expect(folder.owner()).toBeUndefined();
    expect(folder.status()).toBeUndefined();
  },
);

test('a command line that the bound cut ends with its last whole argument', () => {
  const whole = Buffer.from('name\0--token=secret');
  expect(wholeArguments(whole)).toEqual(whole);
  const cut = Buffer.concat([Buffer.from('name\0one\0'), Buffer.alloc(65_536, 'x')]);
  expect(wholeArguments(cut.subarray(0, 65_536))).toEqual(Buffer.from('name\0one\0'));
  expect(wholeArguments(Buffer.alloc(65_536, 'x'))).toHaveLength(0);
});
