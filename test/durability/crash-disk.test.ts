/** That the disk of the other tests here forgets what a real one may, and nothing that it may not. */
import { expect, test } from '@jest/globals';
import { type CrashDisk, createCrashDisk } from '../support/crash-disk.ts';

/** A disk with two folders that are sure to stay, and in the first one a file `old`. */
function twoFolders(): CrashDisk {
  const disk = createCrashDisk();
  for (const folder of ['/a', '/b']) disk.makeFolder(folder, 0o700);
  disk.syncFolder('/');
  write(disk, '/a/old', 'old', true);
  disk.syncFolder('/a');
  disk.takePictures();
  return disk;
}

function write(disk: CrashDisk, path: string, content: string, synced: boolean): void {
  const file = disk.create(path, 0o600);
  disk.write(file, Buffer.from(content));
  if (synced) disk.sync(file);
  disk.close(file);
}

/** Everything that may be left, as `path=content`, each once. */
function left(disk: CrashDisk): ReadonlySet<string> {
  const now = disk.takePictures().at(-1);
  return new Set(
    now?.remainders(1000).map((one) => {
      const files = [...one.open().files()].map(([path, content]) => `${path}=${content}`);
      return files.sort().join(' ');
    }),
  );
}

test('content that was not synced is whole, as it was, or torn; its name is there or not', () => {
  const disk = twoFolders();
  write(disk, '/a/new', 'abcd', false);
  expect(left(disk)).toEqual(
    new Set([
      '/a/new=abcd /a/old=old',
      '/a/new= /a/old=old',
      '/a/new=ab /a/old=old',
      '/a/new=ab\0\0 /a/old=old',
      '/a/old=old',
    ]),
  );
});

test('what was synced stays, once its name was synced as well', () => {
  const disk = twoFolders();
  write(disk, '/a/new', 'abcd', true);
  expect(left(disk)).toEqual(new Set(['/a/new=abcd /a/old=old', '/a/old=old']));
  disk.syncFolder('/a');
  expect(left(disk)).toEqual(new Set(['/a/new=abcd /a/old=old']));
});

test('a file that is overwritten may be the old one, which renaming a synced one over it is not', () => {
  const disk = twoFolders();
  write(disk, '/a/tmp', 'new', true);
  disk.rename('/a/tmp', '/a/old');
  expect(left(disk)).toEqual(
    new Set(['/a/old=new', '/a/old=old', '/a/old=old /a/tmp=new', '/a/old=new /a/tmp=new']),
  );
  disk.syncFolder('/a');
  expect(left(disk)).toEqual(new Set(['/a/old=new']));
});

test('a file on its way to another folder is in one of them, or in both', () => {
  const disk = twoFolders();
  disk.rename('/a/old', '/b/old');
  expect(left(disk)).toEqual(new Set(['/b/old=old', '/a/old=old', '/a/old=old /b/old=old']));
  disk.syncFolder('/b');
  expect(left(disk)).toEqual(new Set(['/b/old=old', '/a/old=old /b/old=old']));
  disk.syncFolder('/a');
  expect(left(disk)).toEqual(new Set(['/b/old=old']));
});

test('a file whose old folder alone was synced may be lost', () => {
  const disk = twoFolders();
  disk.rename('/a/old', '/b/old');
  disk.syncFolder('/a');
  expect(left(disk)).toEqual(new Set(['/b/old=old', '']));
});

test('changes come back each by itself, in any order', () => {
  const disk = twoFolders();
  write(disk, '/b/x', '', true);
  disk.unlink('/a/old');
  expect(left(disk)).toEqual(new Set(['/b/x=', '', '/a/old=old', '/a/old=old /b/x=']));
});

test('a folder without a name takes with it all that is in it', () => {
  const disk = twoFolders();
  disk.makeFolder('/a/deep', 0o700);
  write(disk, '/a/deep/x', 'x', true);
  disk.syncFolder('/a/deep');
  expect(left(disk)).toEqual(new Set(['/a/deep/x=x /a/old=old', '/a/old=old']));
});

test('a sync that failed has synced nothing, nor does the next one', () => {
  const disk = twoFolders();
  const file = disk.create('/a/old', 0o600);
  disk.write(file, Buffer.from('ab'));
  disk.refuse = (call) => (call === 'sync' ? 'EIO' : undefined);
  expect(() => disk.sync(file)).toThrow('EIO');
  disk.refuse = () => undefined;
  disk.sync(file);
  expect(left(disk)).toContain('/a/old=old');
});

test('a process that is killed loses nothing but its lock', () => {
  const disk = twoFolders();
  write(disk, '/a/new', 'x', false);
  const lock = disk.lock('/b/lock');
  expect(disk.lock('/b/lock')).toBeUndefined();
  const next = disk.afterKill();
  expect(next.files()).toEqual(disk.files());
  expect(next.lock('/b/lock')?.holds()).toBe(true);
  expect(lock?.holds()).toBe(true);
  expect(left(next)).toContain('/a/old=old');
});

test('a full disk takes what fits, and says so', () => {
  const disk = twoFolders();
  disk.capacityBytes = 5;
  expect(() => write(disk, '/a/new', 'abcd', true)).toThrow('ENOSPC');
  expect(disk.files().get('/a/new')).toBe('ab');
  expect(disk.space('/a')).toEqual({ totalBytes: 5, freeBytes: 0 });
});
