import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Disk } from '../../../src/base/disk.ts';
import { installExecutable, tryRemoveExecutable } from '../../../src/service/files.ts';
import { startOfLastLines, tailLog } from '../../../src/service/log-file.ts';
import { realDisk } from '../../support/real-disk.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'service-files-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('an upgrade replaces the program in one step and leaves nothing else behind', () => {
  const target = join(folder, 'bin', 'system-monitor');
  writeFileSync(join(folder, 'one'), 'one');
  writeFileSync(join(folder, 'two'), 'two');
  installExecutable(realDisk, join(folder, 'one'), target).keep();
  const before = statSync(target).ino;
  const put = installExecutable(realDisk, join(folder, 'two'), target);
  expect(readFileSync(target, 'utf8')).toBe('two');
  expect(statSync(target).ino).not.toBe(before);
  put.keep();
  expect(readdirSync(join(folder, 'bin'))).toEqual(['system-monitor']);
});

test('an upgrade that is undone leaves what was there, and a first installation nothing', () => {
  const target = join(folder, 'bin', 'system-monitor');
  writeFileSync(join(folder, 'one'), 'one');
  installExecutable(realDisk, join(folder, 'one'), target).undo();
  expect(readdirSync(join(folder, 'bin'))).toEqual([]);
  writeFileSync(target, 'older', { mode: 0o755 });
  installExecutable(realDisk, join(folder, 'one'), target).undo();
  expect(readdirSync(join(folder, 'bin'))).toEqual(['system-monitor']);
  expect(readFileSync(target, 'utf8')).toBe('older');
  expect(statSync(target).mode & 0o777).toBe(0o755);
});

/** Windows: what runs is not overwritten, but renamed. `name` is that of a program that runs. */
function diskThatHolds(...names: readonly string[]): Disk {
  const isHeld = (path: string) => names.includes(path) && existsSync(path);
  const refuse = (path: string) => {
    throw Object.assign(new Error(`EPERM: ${path} runs`), { code: 'EPERM' });
  };
  return {
    ...realDisk,
    copy: (from, to, mode) => (isHeld(to) ? refuse(to) : realDisk.copy(from, to, mode)),
    rename: (from, to) => (isHeld(to) ? refuse(to) : realDisk.rename(from, to)),
    unlink: (path) => (isHeld(path) ? refuse(path) : realDisk.unlink(path)),
  };
}

test('a program that runs on Windows makes room, also beside one that ran before it', () => {
  const target = join(folder, 'system-monitor');
  const source = join(folder, 'newer');
  writeFileSync(source, 'newer');
  writeFileSync(target, 'older');
  writeFileSync(`${target}.old`, 'oldest');
  const disk = diskThatHolds(target, `${target}.old`);
  const put = installExecutable(disk, source, target);
  expect(readFileSync(target, 'utf8')).toBe('newer');
  expect(readFileSync(`${target}.1.old`, 'utf8')).toBe('older');
  // By then nothing runs any more.
  installExecutable(realDisk, source, join(folder, 'other')).keep();
  put.keep();
  expect(readdirSync(folder).sort()).toEqual([
    ...['newer', 'other', 'system-monitor', 'system-monitor.old'],
  ]);
});

test('a disk that is full leaves the older program, and nothing of the newer one', () => {
  const target = join(folder, 'system-monitor');
  writeFileSync(join(folder, 'newer'), 'newer');
  writeFileSync(target, 'older');
  const full: Disk = {
    ...realDisk,
    copy(from, to, mode) {
      if (to.endsWith('.new')) {
        writeFileSync(to, 'ne');
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      }
      realDisk.copy(from, to, mode);
    },
  };
  expect(() => installExecutable(full, join(folder, 'newer'), target)).toThrow(
    expect.objectContaining({ code: 'CANNOT_WRITE' }),
  );
  expect(readdirSync(folder).sort()).toEqual(['newer', 'system-monitor']);
  expect(readFileSync(target, 'utf8')).toBe('older');
});

test('a program that installs itself is left alone, by whatever name it was called', () => {
  const target = join(folder, 'system-monitor');
  writeFileSync(target, 'program', { mode: 0o700 });
  symlinkSync(target, join(folder, 'link'));
  const before = statSync(target);
  installExecutable(realDisk, join(folder, 'link'), target);
  expect(statSync(target)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
});

test('a source that is not there leaves the old program in place', () => {
  const target = join(folder, 'system-monitor');
  writeFileSync(target, 'old');
  expect(() => installExecutable(realDisk, join(folder, 'nothing'), target)).toThrow(
    expect.objectContaining({ code: 'NOT_AVAILABLE' }),
  );
  expect(readFileSync(target, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['system-monitor']);
});

test('removing takes the older program along that Windows made us set aside', () => {
  const target = join(folder, 'system-monitor');
  writeFileSync(target, 'new');
  writeFileSync(`${target}.old`, 'old');
  expect(tryRemoveExecutable(realDisk, target)).toBe(true);
  expect(existsSync(`${target}.old`)).toBe(false);
  expect(tryRemoveExecutable(realDisk, target)).toBe(true);
});

test.each([
  ['one\ntwo\nthree\n', 2, 'two\nthree\n'],
  ['one\ntwo\nthree', 2, 'two\nthree'],
  ['one\ntwo\n', 5, 'one\ntwo\n'],
  ['\n\n\n', 2, '\n\n'],
  ['one\n', 0, ''],
  ['', 3, ''],
])('the end of %j by %i lines is %j', (content, lines, expected) => {
  const bytes = Buffer.from(content);
  expect(bytes.subarray(startOfLastLines(bytes, lines)).toString()).toBe(expected);
});

test('a followed log shows its end, what is added, and what comes after a rotation', async () => {
  const path = join(folder, 'log');
  writeFileSync(path, 'old\nlast\n');
  const controller = new AbortController();
  let seen = '';
  const steps = [
    () => appendFileSync(path, 'added\n'),
    () => renameSync(path, `${path}.1`),
    () => writeFileSync(path, 'rotated\n'),
    () => controller.abort(),
  ];
  const clock = {
    epochMs: () => 0,
    monotonicMs: () => 0,
    sleep: async () => steps.shift()?.(),
  };
  await tailLog(path, clock, {
    lines: 1,
    follow: true,
    signal: controller.signal,
    write: (piece) => {
      seen += Buffer.from(piece).toString();
    },
  });
  expect(seen).toBe('last\nadded\nrotated\n');
});

test('a log that is not there yet is told so', async () => {
  const clock = { epochMs: () => 0, monotonicMs: () => 0, sleep: async () => {} };
  await expect(
    tailLog(join(folder, 'none'), clock, {
      lines: 1,
      follow: false,
      signal: new AbortController().signal,
      write: () => {},
    }),
  ).rejects.toMatchObject({
    code: 'NOT_AVAILABLE',
    hint: 'The service creates it when it first runs.',
  });
});
