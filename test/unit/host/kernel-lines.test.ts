/** Files of any length, read line by line in pieces. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readKernelLines } from '../../../src/host/linux/files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const never = (): undefined => undefined;

async function read(content: string, maxBytes: number) {
  const path = join(temporaryFolder(), 'table');
  writeFileSync(path, content);
  const pieces: string[] = [];
  let pauses = 0;
  const end = await readKernelLines(
    path,
    maxBytes,
    (lines) => pieces.push(lines),
    () => {
      pauses += 1;
      return undefined;
    },
  );
  return { end, pieces, pauses };
}

test('lines come whole, however the file is cut into pieces, and each piece allows a pause', async () => {
  const line = `${'ä'.repeat(50)} 10.0.0.1\n`;
  const content = line.repeat(2000);
  const { end, pieces, pauses } = await read(content, 1_000_000);
  expect(end).toBe('whole');
  expect(pieces.join('')).toBe(content);
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.every((piece) => piece.endsWith('\n'))).toBe(true);
  expect(pauses).toBe(pieces.length);
});

test('what is longer than the bound is read no further', async () => {
  const { end, pieces } = await read('10.0.0.1\n'.repeat(100_000), 200_000);
  expect(end).toBe('too long');
  expect(pieces.join('').length).toBeLessThan(300_000);
});

test('a line without an end is too long, not endless', async () => {
  expect((await read('x'.repeat(300_000), 1_000_000)).end).toBe('too long');
});

test('a file that is not there, or may not be read, is absent', async () => {
  expect(await readKernelLines('/nowhere/at/all', 10, never, never)).toBe('absent');
  expect(await readKernelLines(temporaryFolder(), 10, never, never)).toBe('absent');
});
