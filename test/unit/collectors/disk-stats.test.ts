import { expect, test } from '@jest/globals';
import { sizesOf } from '../../../src/collectors/disks/sizes.ts';

const fragmentBytes = 4096;

test('of a full disk whose reserve is in use nothing is free, and the rest stays as it is', () => {
  const blocksAvailable = Number(BigInt.asUintN(64, -120n));
  expect(sizesOf({ fragmentBytes, blocks: 1000, blocksFree: 30, blocksAvailable })).toEqual({
    total: 4_096_000,
    used: 3_973_120,
    free: 0,
  });
});

test('a file system of more than 2^53 bytes has all its digits', () => {
  const blocks = 2 ** 51 - 1;
  expect(sizesOf({ fragmentBytes, blocks, blocksFree: 1, blocksAvailable: 1 })).toEqual({
    total: 9_223_372_036_854_771_712n,
    used: 9_223_372_036_854_767_616n,
    free: 4096,
  });
});

test.each([
  ['more than 64 bits of bytes', { blocks: 2 ** 60, blocksFree: 0 }],
  ['more free than there is', { blocks: 10, blocksFree: 11 }],
])('a size that no disk has gives no figures: %s', (_what, counts) => {
  expect(sizesOf({ fragmentBytes, blocksAvailable: 0, ...counts })).toBeUndefined();
});
