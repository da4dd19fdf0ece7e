import { expect, test } from '@jest/globals';
import {
  driveRoots,
  listDrives,
  listMountedFolders,
  parseDiskSpace,
  readDrive,
  readSystemDrive,
  readVolume,
} from '../../../src/host/win32/volumes.ts';
import { bigint, fakeDrives, kinds } from './fake-drives.ts';

test('the mask of drives is read from A to Z', () => {
  expect(driveRoots(0b1101)).toEqual(['A:\\', 'C:\\', 'D:\\']);
  expect(driveRoots(1 << 25)).toEqual(['Z:\\']);
  expect(driveRoots(0)).toEqual([]);
});

test('free space is that of the whole volume', () => {
  expect(parseDiskSpace(bigint(10n), bigint(100n), bigint(40n))).toEqual({
    totalBytes: 100,
    freeBytes: 40,
  });
});

test('under a quota, where the volume has more free than the caller may have, nothing is negative', () => {
  expect(parseDiskSpace(bigint(30n), bigint(100n), bigint(4000n))).toEqual({
    totalBytes: 100,
    freeBytes: 30,
  });
});

test('truncated figures are MALFORMED, and those beyond 2^53 keep their digits', () => {
  const malformed = expect.objectContaining({ code: 'MALFORMED' });
  expect(() => parseDiskSpace(bigint(0n), Buffer.alloc(7), bigint(0n))).toThrow(malformed);
  expect(parseDiskSpace(bigint(0n), bigint(2n ** 63n + 1n), bigint(7n))).toEqual({
    totalBytes: 2n ** 63n + 1n,
    freeBytes: 7,
  });
});

test('fixed, removable and optical drives are read, network and memory drives are not', () => {
  const { calls, asked } = fakeDrives({
    C: { type: kinds.fixed, fileSystem: 'NTFS', total: 500n, free: 200n },
    E: { type: kinds.removable, fileSystem: 'exFAT', total: 64n, free: 1n },
    F: { type: kinds.cdrom, fileSystem: 'UDF', total: 7n, free: 0n },
    R: { type: kinds.ramDisk, fileSystem: 'NTFS', total: 9n, free: 9n },
    S: { type: kinds.remote, fileSystem: 'NTFS', total: 9n, free: 9n },
  });
  expect(listDrives(calls)).toEqual(['C:\\', 'E:\\', 'F:\\', 'R:\\', 'S:\\']);
  // A drive that hangs must not be touched by whoever lists it.
  expect(asked).toEqual([]);
  const read = listDrives(calls).flatMap((root) => readDrive(calls, root) ?? []);
  expect(read.map(({ root }) => root)).toEqual(['C:\\', 'E:\\', 'F:\\']);
  // A share whose server is away takes a minute to say so: it must not even be asked.
  expect(asked).toEqual(['C', 'E', 'F']);
});

test('a floppy drive is not read: asking it takes seconds', () => {
  const floppy = { type: kinds.removable, fileSystem: 'FAT', total: 9n, free: 1n };
  const { calls, asked } = fakeDrives({ A: floppy, B: floppy });
  expect(['A:\\', 'B:\\'].map((root) => readDrive(calls, root)?.root)).toEqual([undefined, 'B:\\']);
  expect(asked).toEqual(['B']);
});

test('a volume has its file system and its figures', () => {
  const { calls } = fakeDrives({
    C: { type: kinds.fixed, fileSystem: 'NTFS', total: 500n, free: 200n },
  });
  expect(readVolume(calls, 'C:\\')).toEqual({
    root: 'C:\\',
    fileSystem: 'NTFS',
    totalBytes: 500,
    freeBytes: 200,
  });
});

test('an empty CD drive, a reader without a card and a locked volume have nothing to be read', () => {
  const { calls } = fakeDrives({
    D: { type: kinds.cdrom },
    G: { type: kinds.removable },
    H: { type: kinds.fixed, fileSystem: 'NTFS' },
  });
  for (const root of ['D:\\', 'G:\\', 'H:\\']) expect(readVolume(calls, root)).toBeUndefined();
});

test('no dialog may pop up while a drive is asked, and the mode before is restored', () => {
  const { calls, modes } = fakeDrives({ C: { type: kinds.fixed } });
  readVolume(calls, 'C:\\');
  expect(modes).toEqual([0x8001, 0x0004]);
});

test('a Windows that names no drive has refused', () => {
  expect(() => listDrives(fakeDrives({}).calls)).toThrow(
    expect.objectContaining({ code: 'NOT_AVAILABLE' }),
  );
});

test('volumes without a letter are found where they are mounted, by their shortest path, once', () => {
  const { calls, asked } = fakeDrives({}, [
    ['C:\\'],
    ['D:\\', 'C:\\Also here\\'],
    ['C:\\Mounts\\Données\\', 'C:\\Data\\'],
    [],
    ['C:\\Archive\\'],
  ]);
  expect(listMountedFolders(calls)).toEqual(['C:\\Archive\\', 'C:\\Data\\']);
  // The mount manager knows them; a volume that hangs must not be asked.
  expect(asked).toEqual([]);
  expect(listMountedFolders(fakeDrives({}).calls)).toEqual([]);
});

test('the drive that Windows runs from', () => {
  const { calls } = fakeDrives({});
  expect(readSystemDrive(calls)).toBe('C:\\');
  expect(readSystemDrive({ ...calls, GetSystemWindowsDirectoryW: () => 0 })).toBeUndefined();
});
