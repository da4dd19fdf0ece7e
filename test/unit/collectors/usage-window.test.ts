import { expect, test } from '@jest/globals';
import { createUsageWindow } from '../../../src/collectors/cpu/usage-window.ts';
import { createManualClock, type ManualClock } from '../../support/clocks.ts';

/** Readings are taken from a script; the figure is the later reading, and negative ones are none. */
function scripted(clock: ManualClock, script: readonly number[]) {
  const readings = [...script];
  return createUsageWindow<number>({
    clock,
    read: () => readings.shift() ?? Number.NaN,
    percentBetween: (_, later) => (later < 0 ? undefined : later),
  });
}

test('the first measurement takes a short window of its own', async () => {
  const clock = createManualClock();
  const pending = scripted(clock, [1, 2]).measure();
  await clock.advance(0);
  expect(clock.sleeping()).toEqual([150]);
  await clock.advance(150);
  expect(await pending).toEqual({ percent: 2, reading: 2 });
});

test('later measurements compare with the one before and do not wait', async () => {
  const clock = createManualClock();
  const usage = scripted(clock, [1, 2, 3]);
  const first = usage.measure();
  await clock.advance(150);
  await first;
  await clock.advance(60_000);
  const second = usage.measure();
  expect(clock.sleeping()).toEqual([]);
  expect(await second).toEqual({ percent: 3, reading: 3 });
});

test('a measurement that follows too closely waits for the rest of a window', async () => {
  const clock = createManualClock();
  const usage = scripted(clock, [1, 2, 3]);
  const first = usage.measure();
  await clock.advance(150);
  await first;
  await clock.advance(40);
  const second = usage.measure();
  expect(clock.sleeping()).toEqual([110]);
  await clock.advance(110);
  expect(await second).toMatchObject({ percent: 3 });
});

test('counters that went back are left behind, and a new window gives the figure', async () => {
  const clock = createManualClock();
  const usage = scripted(clock, [1, -1, 7]);
  const pending = usage.measure();
  await clock.advance(150);
  expect(clock.sleeping()).toEqual([150]);
  await clock.advance(150);
  expect(await pending).toMatchObject({ percent: 7 });
});

test('counters that go back again and again give no figure, not a wrong one', async () => {
  const clock = createManualClock();
  const pending = scripted(clock, [1, -1, -2, -3, 9]).measure();
  const outcome = expect(pending).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
  await clock.advance(1000);
  await outcome;
});

test('whoever gives up is answered at once', async () => {
  const clock = createManualClock();
  const leaving = new AbortController();
  const pending = scripted(clock, [1, 2]).measure(leaving.signal);
  const outcome = expect(pending).rejects.toMatchObject({ code: 'CANCELLED' });
  leaving.abort();
  await outcome;
});
