import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatBlocks, parseBlocks } from '../../../src/host/linux/statfs.ts';

test('figures survive their way through a line of text', () => {
  const number = fc.nat();
  fc.assert(
    fc.property(
      number,
      number,
      number,
      number,
      (fragmentBytes, blocks, blocksFree, blocksAvailable) => {
        const figures = { fragmentBytes, blocks, blocksFree, blocksAvailable };
        expect(parseBlocks(formatBlocks(figures))).toEqual(figures);
      },
    ),
  );
});

test('a line that is cut, has a sign or says something else gives no figures', () => {
  for (const text of [
    '',
    '\n',
    '4096 1 2',
    '4096 1 2 3',
    '4096 1 2 -3\n',
    '4096 1 2 3\n4',
    'a b c d\n',
  ]) {
    expect(parseBlocks(text)).toBeUndefined();
  }
});
