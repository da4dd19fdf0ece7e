import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isAnsweredFromMemory } from '../../../src/host/linux/memory-file-systems.ts';
import type { Mount } from '../../../src/host/linux/mountinfo.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memory-'));
  mkdirSync(join(folder, 'proc/spl/kstat/zfs/tank'), { recursive: true });
  mkdirSync(join(folder, 'sys/dev/block'), { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const mount = (fileSystem: string, rest: Partial<Mount> = {}): Mount => ({
  id: 2,
  parentId: 1,
  deviceNumber: '8:17',
  root: '/',
  mountPoint: '/mnt',
  mountPointBytes: '/mnt',
  fileSystem,
  source: '/dev/sdb1',
  ...rest,
});

const answers = (one: Mount, ...ancestors: Mount[]): boolean =>
  isAnsweredFromMemory(one, ancestors, { proc: join(folder, 'proc'), sys: join(folder, 'sys') });

test('local file systems below local ones are answered from memory', () => {
  for (const type of ['ext4', 'xfs', 'btrfs', 'squashfs', 'vfat', 'tmpfs']) {
    expect(answers(mount(type), mount('tmpfs'), mount('overlay'))).toBe(true);
  }
});

test('daemons, servers, clusters and unknown types may hang', () => {
  for (const type of ['fuseblk', 'fuse.sshfs', 'nfs4', 'cifs', 'ocfs2', 'gfs2', 'udf', 'new']) {
    expect(answers(mount(type))).toBe(false);
  }
});

test('a local disk mounted below a network file system or an autofs may hang', () => {
  expect(answers(mount('ext4'), mount('nfs4'), mount('ext4'))).toBe(false);
  expect(answers(mount('ext4'), mount('autofs'))).toBe(false);
});

test('a FAT stick is read when it is first asked, and may hang', () => {
  symlinkSync(
    '../../devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0/host6/target6:0:0/6:0:0:0/block/sdb/sdb1',
    join(folder, 'sys/dev/block/8:17'),
  );
  expect(answers(mount('vfat'))).toBe(false);
  expect(answers(mount('vfat', { deviceNumber: '8:1' }))).toBe(true);
});

test('a zfs pool is asked directly only while it says that it works', () => {
  const state = join(folder, 'proc/spl/kstat/zfs/tank/state');
  const dataset = mount('zfs', { source: 'tank/data/photos', deviceNumber: '0:50' });
  expect(answers(dataset)).toBe(false);
  writeFileSync(state, 'ONLINE\n');
  expect(answers(dataset)).toBe(true);
  writeFileSync(state, 'SUSPENDED\n');
  expect(answers(dataset)).toBe(false);
});

test('an overlay is asked directly as the root alone', () => {
  expect(answers(mount('overlay'))).toBe(false);
  expect(answers(mount('overlay', { mountPoint: '/' }))).toBe(true);
});
