import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createQuota } from '../../../server-example/quota.ts';

const hour = 3600;
const day = 24 * hour;
const start = 1_795_000_000 - (1_795_000_000 % hour);

function createClocked(hoursMax?: number) {
  let seconds = start;
  const quota = createQuota({
    now: () => seconds,
    ...(hoursMax === undefined ? {} : { hoursMax }),
  });
  const take = (epoch: number, intervalSeconds = 60, systemId = 'a', sender = 's') =>
    quota.take({ sender, systemId, epoch, intervalSeconds });
  return {
    take,
    isTaken: (...words: Parameters<typeof take>) => !('retryAfterSeconds' in take(...words)),
    pass: (more: number) => {
      seconds += more;
    },
  };
}

test('ten times what an interval gives within an hour is taken, and not one more', () => {
  for (const [interval, most] of [
    [60, 600],
    [1, 36_000],
    [600, 60],
    [86_400, 60],
  ] as const) {
    const { isTaken } = createClocked();
    let taken = 0;
    while (isTaken(start + (taken % hour), interval)) taken += 1;
    expect([interval, taken]).toEqual([interval, most]);
  }
});

test('what is too much may come again after the time that was said, and is taken then', () => {
  const { take, pass, isTaken } = createClocked();
  for (let at = 0; at < 600; at += 1) take(start);
  const refused = take(start);
  expect(refused).toEqual({ retryAfterSeconds: 6 });
  pass(5);
  expect(isTaken(start)).toBe(false);
  pass(1);
  expect([isTaken(start), isTaken(start)]).toEqual([true, false]);
  pass(hour);
  let taken = 0;
  while (isTaken(start)) taken += 1;
  expect(taken).toBe(600);
});

test('a report that was there already gives its place back', () => {
  const { take, isTaken } = createClocked();
  for (let at = 0; at < 5000; at += 1) {
    const place = take(start);
    if ('retryAfterSeconds' in place) throw new Error('a duplicate counted');
    place.giveBack();
  }
  expect(isTaken(start)).toBe(true);
});

test('one sender’s flood leaves another’s reports of the same system alone, and other systems too', () => {
  const { isTaken } = createClocked();
  while (isTaken(start, 60, 'a', 'flood'));
  expect(isTaken(start, 60, 'a', 'machine')).toBe(true);
  expect(isTaken(start, 60, 'b', 'flood')).toBe(true);
});

test('no backlog meets it, however long the outage, however fast it comes, in whatever order', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 5, 10, 60, 300, 3600),
      fc.integer({ min: 1, max: 30 * day }),
      fc.constantFrom('oldest first', 'newest first'),
      // Two machines of one image, or each report under a clock that was set back once.
      fc.constantFrom(1, 2),
      fc.constantFrom(0, 0.001, 0.05),
      (interval, outage, order, times, secondsEach) => {
        const { isTaken, pass } = createClocked();
        const count = Math.min(20_000, Math.floor(outage / interval));
        let collected = 0;
        for (let at = 0; at < count; at += 1) {
          const back = order === 'oldest first' ? count - at : at;
          for (let time = 0; time < times; time += 1) {
            if (!isTaken(start - back * interval, interval)) return false;
          }
          // What is collected meanwhile goes before the rest of the backlog.
          if (at * secondsEach >= collected * interval) {
            if (!isTaken(start + collected * interval, interval)) return false;
            collected += 1;
          }
          pass(secondsEach);
        }
        return true;
      },
    ),
    { numRuns: 60 },
  );
});

test('whoever invents hours to spread reports over comes to an end as well', () => {
  const { isTaken } = createClocked();
  let taken = 0;
  while (taken < 1_000_000 && isTaken(taken * hour, 3600)) taken += 1;
  expect(taken).toBe(60 * 30 * 24);
});

test('what is remembered is bounded, and what was forgotten begins anew', () => {
  const { isTaken } = createClocked(100);
  while (isTaken(start));
  for (let at = 0; at < 1000; at += 1) isTaken(start, 60, `other-${at}`);
  expect(isTaken(start)).toBe(true);
});
