import { expect, test } from '@jest/globals';
import { createLibraryCall } from '../../../src/host/portable/library-call.ts';
import { createManualClock, settle } from '../../support/clocks.ts';

const loadLibrary = () => import('systeminformation');

test('an answer in time is handed on, and no deadline is left behind', async () => {
  const clock = createManualClock();
  const ask = createLibraryCall({
    name: 'x',
    call: async () => 42,
    clock,
    deadlineMs: 100,
    loadLibrary,
  });
  expect(await ask()).toBe(42);
  expect(clock.sleeping()).toEqual([]);
});

test('a call that hangs ends at the deadline, and is not made again while it hangs', async () => {
  const clock = createManualClock();
  let calls = 0;
  let release = (_: string): void => {};
  const ask = createLibraryCall({
    name: 'fsSize',
    call: () => {
      calls += 1;
      return new Promise<string>((resolve) => {
        release = resolve;
      });
    },
    clock,
    deadlineMs: 100,
    loadLibrary,
  });
  const first = expect(ask()).rejects.toMatchObject({ code: 'TIMEOUT' });
  await clock.advance(100);
  await first;
  await expect(ask()).rejects.toMatchObject({ code: 'BUSY' });
  expect(calls).toBe(1);
  release('late');
  await settle();
  const second = ask();
  await settle();
  release('in time');
  expect(await second).toBe('in time');
  expect(calls).toBe(2);
});

test('a failure carries the reason and the name of the function', async () => {
  const ask = createLibraryCall({
    name: 'mem',
    call: () => Promise.reject(new Error('sysctl is gone')),
    clock: createManualClock(),
    deadlineMs: 100,
    loadLibrary,
  });
  await expect(ask()).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'ask systeminformation for mem: sysctl is gone',
  });
});
