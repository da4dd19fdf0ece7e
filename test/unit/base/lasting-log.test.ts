import { expect, test } from '@jest/globals';
import { createLastingLog } from '../../../src/base/lasting-log.ts';
import { createManualClock } from '../../support/clocks.ts';

function setUp() {
  const clock = createManualClock();
  const log = createLastingLog({ clock, repeatMs: 3_600_000 });
  const said: string[] = [];
  return {
    said,
    advance: clock.advance,
    holds: (reason: string, subject = 'disks') =>
      log.holds(subject, reason, () => said.push(`${subject}: ${reason}`)),
    ended: (subject = 'disks') => log.ended(subject, () => said.push(`${subject} ended`)),
  };
}

test('what lasts is said when it begins, when its reason changes, and when it ends', () => {
  const { said, holds, ended } = setUp();
  for (const reason of ['denied', 'denied', 'gone', 'gone']) holds(reason);
  holds('denied', 'network');
  ended();
  ended();
  holds('gone');
  expect(said).toEqual([
    ...['disks: denied', 'disks: gone', 'network: denied', 'disks ended', 'disks: gone'],
  ]);
});

test('what lasts is said again every hour', async () => {
  const { said, holds, advance } = setUp();
  for (let minute = 0; minute <= 180; minute += 1) {
    holds('denied');
    await advance(60_000);
  }
  expect(said).toEqual(Array(4).fill('disks: denied'));
});

test('what never held has no end', () => {
  const { said, ended } = setUp();
  ended();
  expect(said).toEqual([]);
});

test('what comes and goes all the time is held back until an hour has passed', async () => {
  const { said, holds, ended, advance } = setUp();
  for (let second = 0; second < 1000; second += 1) {
    holds(`denied for the ${second}th time`);
    ended();
    await advance(1000);
  }
  expect(said).toHaveLength(20);
  expect(said.at(-1)).toBe('disks ended');
  await advance(3_600_000);
  holds('denied');
  expect(said.at(-1)).toBe('disks: denied');
});
