import { expect, test } from '@jest/globals';
import { createMountTree } from '../../../src/host/linux/mount-tree.ts';
import type { Mount } from '../../../src/host/linux/mountinfo.ts';

function mount(id: number, parentId: number, mountPoint: string): Mount {
  return {
    id,
    parentId,
    deviceNumber: `8:${id}`,
    root: '/',
    mountPoint,
    mountPointBytes: mountPoint,
    fileSystem: 'ext4',
    source: `/dev/sda${id}`,
  };
}

const reachable = (mounts: readonly Mount[]): number[] => {
  const tree = createMountTree(mounts);
  return mounts.filter((one) => tree.isReachable(one)).map((one) => one.id);
};

test('mounts beside and below each other are all reachable', () => {
  expect(
    reachable([
      mount(1, 0, '/'),
      mount(2, 1, '/home'),
      mount(3, 2, '/home/a'),
      mount(4, 1, '/home2'),
    ]),
  ).toEqual([1, 2, 3, 4]);
});

test('a mount on the same point covers the one below it', () => {
  expect(reachable([mount(1, 0, '/'), mount(2, 1, '/mnt'), mount(3, 2, '/mnt')])).toEqual([1, 3]);
});

test('a mount on a folder above covers what is mounted below that folder', () => {
  expect(
    reachable([
      mount(1, 0, '/'),
      mount(2, 1, '/mnt/a/b'),
      mount(3, 2, '/mnt/a/b/c'),
      mount(4, 1, '/mnt'),
    ]),
  ).toEqual([1, 4]);
});

test('of two mounts on one point of one parent the newer is found', () => {
  expect(reachable([mount(1, 0, '/'), mount(2, 1, '/mnt'), mount(3, 1, '/mnt')])).toEqual([1, 3]);
});

test('a new root covers everything of the old one', () => {
  expect(
    reachable([mount(1, 1, '/'), mount(2, 1, '/'), mount(3, 1, '/old'), mount(4, 2, '/new')]),
  ).toEqual([2, 4]);
});

test('a circle in a damaged list ends', () => {
  expect(reachable([mount(1, 2, '/a'), mount(2, 1, '/b')])).toEqual([1, 2]);
});

test('ancestors are named from the nearest to the root', () => {
  const mounts = [mount(1, 0, '/'), mount(2, 1, '/a'), mount(3, 2, '/a/b')] as const;
  expect(
    createMountTree(mounts)
      .ancestors(mounts[2])
      .map((one) => one.id),
  ).toEqual([2, 1]);
});
