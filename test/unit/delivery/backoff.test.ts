import { expect, test } from '@jest/globals';
import { backoffMs } from '../../../src/delivery/backoff.ts';

const usual = { slow: false, retryAfterMs: undefined };

test('the ceiling doubles from one second to five minutes, and the draw spans all of it', () => {
  const ceilings = [1, 2, 3, 8, 9, 10, 1000].map((failures) =>
    backoffMs({ ...usual, failures, random: 1 }),
  );
  expect(ceilings).toEqual([1000, 2000, 4000, 128_000, 256_000, 300_000, 300_000]);
  expect(backoffMs({ ...usual, failures: 9, random: 0 })).toBe(0);
});

test('a person’s matter is tried between half a minute and a quarter of an hour', () => {
  const slow = { slow: true, retryAfterMs: undefined };
  expect(backoffMs({ ...slow, failures: 1, random: 0 })).toBe(30_000);
  expect(backoffMs({ ...slow, failures: 1000, random: 1 })).toBe(900_000);
});

test('the server’s wish is a floor, spread a little, and never shortens the wait', () => {
  const wish = { slow: false, retryAfterMs: 60_000, failures: 1 };
  expect(backoffMs({ ...wish, random: 0 })).toBe(60_000);
  expect(backoffMs({ ...wish, random: 1 })).toBe(66_000);
  expect(backoffMs({ ...wish, failures: 20, random: 1 })).toBe(300_000);
});
