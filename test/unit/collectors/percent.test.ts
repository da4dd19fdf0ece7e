import { expect, test } from '@jest/globals';
import { percentOf } from '../../../src/collectors/percent.ts';

test('one decimal, ties to the even tenth as Python rounds them', () => {
  expect([10, 30, 50, 70].map((part) => percentOf(part, 800))).toEqual([1.2, 3.8, 6.2, 8.8]);
  expect(percentOf(1, 3)).toBe(33.3);
  expect(percentOf(2, 3)).toBe(66.7);
});

test('never below 0 or above 100', () => {
  expect([percentOf(-5, 10), percentOf(15, 10)]).toEqual([0, 100]);
});

test('a share of nothing, or of what is no number, is no figure', () => {
  expect(
    [percentOf(0, 0), percentOf(1, -1), percentOf(Number.NaN, 1), percentOf(1, Number.NaN)].concat(
      percentOf(1, Number.POSITIVE_INFINITY),
    ),
  ).toEqual([undefined, undefined, undefined, undefined, undefined]);
});
