import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseUids, pidsOf } from '../../../src/host/linux/process-files.ts';

test('pids are the numeric names of /proc, by number', () => {
  expect([...pidsOf(['1', '10', '2', 'self', 'sys', '007', '4194304', 'thread-self'])]).toEqual([
    1, 2, 10, 4194304,
  ]);
});

test('the real and the effective uid come from the Uid line', () => {
  expect(
    parseUids('Name:\tsudo\nUmask:\t0022\nUid:\t1000\t0\t0\t0\nGid:\t1000\t0\t0\t0\n'),
  ).toEqual({
    real: 1000,
    effective: 0,
  });
});

test('a name that looks like a Uid line does not pass for one', () => {
  // The kernel writes a line end in a name as backslash n (proc_task_name).
  expect(parseUids('Name:\tx\\nUid:\t7\t7\t7\nUid:\t5\t6\t6\t6\n')).toEqual({
    real: 5,
    effective: 6,
  });
});

test('a status file without uids gives none, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes('Uid:'));
      expect(parseUids(text)).toBeUndefined();
    }),
  );
});
