import { describe, expect, test } from '@jest/globals';
import { createSchedule, phaseOf } from '../../../src/agent/schedule.ts';
import { createManualClock } from '../../support/clocks.ts';

const intervalMs = 60_000;

describe('a schedule', () => {
  test('begins at once and then keeps to its phase of the interval', async () => {
    const clock = createManualClock(1_800_000_010_000);
    const startMs = clock.monotonicMs();
    const schedule = createSchedule({ clock, intervalMs, phaseMs: 25_000 });
    expect(schedule.next()).toEqual({ atMs: startMs, skipped: 0 });
    // 1 800 000 000 is a multiple of 60: ten seconds into the minute, the phase is 15 s away.
    expect(schedule.next()).toEqual({ atMs: startMs + 15_000, skipped: 0 });
    await clock.advance(15_000);
    expect(schedule.next()).toEqual({ atMs: startMs + 75_000, skipped: 0 });
  });

  test('does not drift when the work takes its time', async () => {
    const clock = createManualClock();
    const schedule = createSchedule({ clock, intervalMs: 1000, phaseMs: 0 });
    const startMs = schedule.next().atMs;
    for (let tick = 1; tick <= 50; tick += 1) {
      const { atMs, skipped } = schedule.next();
      expect(atMs).toBe(startMs + tick * 1000);
      expect(skipped).toBe(0);
      await clock.advance(atMs - clock.monotonicMs() + (tick % 7) * 140);
    }
  });

  test('skips and counts the ticks that passed, and never makes up for them', async () => {
    const clock = createManualClock();
    const schedule = createSchedule({ clock, intervalMs: 1000, phaseMs: 0 });
    const startMs = schedule.next().atMs;
    await clock.advance(5_500);
    expect(schedule.next()).toEqual({ atMs: startMs + 6000, skipped: 5 });
    expect(schedule.next()).toEqual({ atMs: startMs + 7000, skipped: 0 });
  });

  test.each([86_400_000, -86_400_000])('is not moved by a clock that is set by %d ms', (jumpMs) => {
    const clock = createManualClock();
    const schedule = createSchedule({ clock, intervalMs, phaseMs: 0 });
    const startMs = schedule.next().atMs;
    clock.setEpochMs(clock.epochMs() + jumpMs);
    expect(schedule.next()).toEqual({ atMs: startMs + intervalMs, skipped: 0 });
  });
});

describe('the phase of a machine', () => {
  test('is the same at every start', () => {
    expect(phaseOf('Linux-a', intervalMs)).toBe(phaseOf('Linux-a', intervalMs));
  });

  test('spreads a fleet over the whole interval', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let machine = 0; machine < 10_000; machine += 1) {
      const phaseMs = phaseOf(`Linux-${machine}`, intervalMs);
      expect(phaseMs).toBeGreaterThanOrEqual(0);
      expect(phaseMs).toBeLessThan(intervalMs);
      const tenth = Math.floor((phaseMs / intervalMs) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // 1 000 expected in each; five standard deviations are 150.
    for (const machines of tenths) expect(Math.abs(machines - 1000)).toBeLessThan(150);
  });
});
