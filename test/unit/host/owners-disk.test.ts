/** Root in a folder of somebody else's: whatever that user planted leads nowhere. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect } from '@jest/globals';
import { writeFileDurably } from '../../../src/base/atomic-file.ts';
import { systemErrorCode } from '../../../src/base/errors.ts';
import { createOwnersDisk, type Identity } from '../../../src/host/owners-disk.ts';
import { realDisk, rootsDisk } from '../../support/real-disk.ts';
import { asRoot, onPlatform, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const asRootOfUnix = [onPlatform('linux', 'darwin'), asRoot()];
const user = 12_345;
const group = 23_456;

/** A system that lets nobody become another user: a container without capabilities. */
const confined: Identity = {
  ...process,
  setgroups: () => {
    throw new Error('EPERM');
  },
};

/** Root's, which the user may not even enter, with a folder of the user's in it. */
let folder: string;
let theirs: string;
let secret: string;

function give(path: string): string {
  if (existsSync(path)) chownSync(path, user, group);
  else execFileSync('chown', ['-h', `${user}:${group}`, path]);
  return path;
}

beforeEach(() => {
  folder = temporaryFolder();
  theirs = join(folder, 'theirs');
  mkdirSync(theirs, { mode: 0o700 });
  secret = join(folder, 'secret');
  writeFileSync(secret, 'precious', { mode: 0o600 });
  if (process.geteuid?.() === 0) give(theirs);
});

function expectRootAgain(): void {
  expect(process.geteuid?.()).toBe(0);
  expect(process.getegid?.()).toBe(0);
}

describe.each([
  ['with the rights of the folder’s owner', rootsDisk],
  ['where rights cannot be changed', createOwnersDisk(realDisk, confined)],
])('%s', (_, disk) => {
  testWith(asRootOfUnix, 'a link to a file of root’s is not read, written or emptied', () => {
    for (const name of ['status.json', 'x.tmp', 'lock']) symlinkSync(secret, join(theirs, name));
    expect(() => disk.read(join(theirs, 'status.json'))).toThrow(/EACCES|ELOOP/);
    expect(() => disk.open(join(theirs, 'status.json'))).toThrow(/EACCES|ELOOP/);
    expect(() => disk.append(join(theirs, 'status.json'), 0o600)).toThrow(/EACCES|ELOOP/);
    expect(() => disk.lock(join(theirs, 'lock'))).toThrow();
    expect(() => writeFileDurably(disk, join(theirs, 'x'), 'gone')).toThrow(/EACCES|ELOOP/);
    expect(readFileSync(secret, 'utf8')).toBe('precious');
    expect(statSync(secret).uid).toBe(0);
    expectRootAgain();
  });

  testWith(asRootOfUnix, 'a link to a folder of root’s is not listed, filled or cleared', () => {
    const victim = join(folder, 'victim');
    mkdirSync(victim);
    writeFileSync(join(victim, 'f1'), '');
    chmodSync(folder, 0o755);
    symlinkSync(victim, join(theirs, 'damaged'));
    writeFileSync(join(theirs, 'planted'), '');
    expect(() => disk.unlink(join(theirs, 'damaged', 'f1'))).toThrow();
    expect(() => disk.create(join(theirs, 'damaged', 'f2'), 0o600)).toThrow();
    expect(() => disk.rename(join(theirs, 'planted'), join(theirs, 'damaged', 'f3'))).toThrow();
    expect(() => disk.makeFolder(join(theirs, 'damaged', 'f4'), 0o700)).toThrow();
    const failures: unknown[] = [];
    disk.unlinkSoon(join(theirs, 'damaged', 'f1'), (error) =>
      failures.push(systemErrorCode(error)),
    );
    expect(failures).toEqual([expect.stringMatching(/EACCES|ELOOP/)]);
    expect(readdirSync(victim)).toEqual(['f1']);
  });

  testWith(asRootOfUnix, 'a pipe is refused at once', () => {
    execFileSync('mkfifo', [join(theirs, 'pipe')]);
    give(join(theirs, 'pipe'));
    expect(() => disk.read(join(theirs, 'pipe'))).toThrow(/it is not a file/);
    expect(() => disk.create(join(theirs, 'pipe'), 0o600)).toThrow(/ENXIO|it is not a file/);
  });

  testWith(asRootOfUnix, 'what is theirs is read, moved and deleted as before', () => {
    writeFileDurably(disk, join(theirs, 'a'), 'report');
    disk.makeFolder(join(theirs, 'inner'), 0o700);
    disk.rename(join(theirs, 'a'), join(theirs, 'inner', 'a'));
    expect(disk.read(join(theirs, 'inner', 'a')).toString()).toBe('report');
    expect(disk.list(theirs)).toEqual(['inner']);
    expect(disk.stat(theirs)?.isFile).toBe(false);
    disk.unlink(join(theirs, 'inner', 'a'));
    expect(disk.list(join(theirs, 'inner'))).toEqual([]);
    expectRootAgain();
  });

  testWith(asRootOfUnix, 'a second name of a file of root’s is not emptied', () => {
    linkSync(secret, join(theirs, 'x.tmp'));
    try {
      disk.create(join(theirs, 'x.tmp'), 0o600);
    } catch {
      // Where the rights are the user's, it is not even opened.
    }
    expect(readFileSync(secret, 'utf8')).toBe('precious');
  });

  testWith(asRootOfUnix, 'files that the user names are read as far as the user may', () => {
    const named = disk.withRightsOf([join(folder, 'config.json'), theirs]);
    expect(() => named.read(secret)).toThrow(/EACCES/);
    expect(disk.read(secret).toString()).toBe('precious');
    expect(disk.withRightsOf([folder]).read(secret).toString()).toBe('precious');
  });
});

testWith(asRootOfUnix, 'what root makes in their folder is theirs', () => {
  writeFileDurably(rootsDisk, join(theirs, 'a'), 'report');
  rootsDisk.makeFolder(join(theirs, 'inner'), 0o700);
  for (const name of ['a', 'inner']) {
    expect(statSync(join(theirs, name))).toMatchObject({ uid: user, gid: group });
  }
});

testWith(asRootOfUnix, 'a link of root’s own leads to where it leads', () => {
  symlinkSync(theirs, join(folder, 'state'));
  symlinkSync(secret, join(folder, 'ours'));
  writeFileDurably(rootsDisk, join(folder, 'state', 'a'), 'report');
  expect(statSync(join(theirs, 'a')).uid).toBe(user);
  expect(rootsDisk.read(join(folder, 'ours')).toString()).toBe('precious');
});

testWith(asRootOfUnix, 'a folder is asked anew whose it is', () => {
  const given = join(folder, 'given');
  mkdirSync(given);
  symlinkSync(secret, join(given, 'link'));
  expect(rootsDisk.stat(join(given, 'x'))).toBeUndefined();
  expect(rootsDisk.read(join(given, 'link')).toString()).toBe('precious');
  give(given);
  expect(() => rootsDisk.read(join(given, 'link'))).toThrow(/EACCES/);
});

testWith(
  asRootOfUnix,
  "root's own files are removed in the background, theirs at once",
  async () => {
    for (const [folderOf, isAtOnce] of [
      [folder, false],
      [theirs, true],
    ] as const) {
      const path = join(folderOf, 'report');
      writeFileSync(path, '');
      const gone = new Promise((resolve) => rootsDisk.unlinkSoon(path, resolve));
      // In the background may be as fast.
      if (isAtOnce) expect(existsSync(path)).toBe(false);
      expect(await gone).toBeNull();
      expect(existsSync(path)).toBe(false);
    }
  },
);
