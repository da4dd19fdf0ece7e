import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { writeFileDurably } from '../../../src/base/atomic-file.ts';
import { realDisk, rootsDisk } from '../../support/real-disk.ts';
import { asRoot, onPlatform, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const onUnix = onPlatform('linux', 'darwin');

testWith([onUnix], "a file is its owner's alone, or as open as was asked for", () => {
  const folder = temporaryFolder();
  writeFileDurably(realDisk, join(folder, 'secret'), 'x');
  writeFileDurably(realDisk, join(folder, 'definition'), 'x', 0o644);
  expect(statSync(join(folder, 'secret')).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'definition')).mode & 0o777).toBe(0o644);
});

test('a file is replaced whole, and nothing else is left in the folder', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  writeFileSync(file, 'a longer content that was there');
  writeFileDurably(realDisk, file, 'short');
  expect(readFileSync(file, 'utf8')).toBe('short');
  expect(readdirSync(folder)).toEqual(['file']);
});

test('a file that cannot be written is an error that names it, and leaves nothing', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'file', 'in-the-way'), { recursive: true });
  expect(() => writeFileDurably(realDisk, join(folder, 'file'), 'x')).toThrow(
    `write ${join(folder, 'file')}`,
  );
  expect(readdirSync(folder)).toEqual(['file']);
});

testWith([onUnix], 'a link in the way of the temporary file leads nowhere', () => {
  const folder = temporaryFolder();
  const elsewhere = join(folder, 'elsewhere');
  writeFileSync(elsewhere, 'precious');
  symlinkSync(elsewhere, join(folder, 'file.tmp'));
  expect(() => writeFileDurably(realDisk, join(folder, 'file'), 'x')).toThrow(/ELOOP/);
  expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
  writeFileDurably(realDisk, join(folder, 'file'), 'x');
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('x');
});

testWith([onUnix, asRoot()], "what root writes into somebody else's folder is that user's", () => {
  const folder = temporaryFolder();
  const theirs = join(folder, 'theirs');
  mkdirSync(theirs);
  chmodSync(theirs, 0o700);
  chownSync(theirs, 12_345, 23_456);
  writeFileDurably(rootsDisk, join(theirs, 'report'), 'x');
  writeFileDurably(rootsDisk, join(folder, 'ours'), 'x');
  expect(statSync(join(theirs, 'report'))).toMatchObject({ uid: 12_345, gid: 23_456 });
  expect(statSync(join(folder, 'ours')).uid).toBe(0);
});
