import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDiskList } from '../../../src/collectors/disks/disk-list.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import { collectorContext } from '../../support/collector-context.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'disk-list-'));
  mkdirSync(join(folder, 'proc/self'), { recursive: true });
  writeFileSync(join(folder, 'proc/filesystems'), 'nodev\tproc\n\text4\n');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const everything = (): boolean => true;
const setMounts = (mounts: readonly string[]): void =>
  writeFileSync(join(folder, 'proc/self/mountinfo'), mounts.map((line) => `${line}\n`).join(''));
const mount = (id: number, point = `/m${id}`, parent = 0): string =>
  `${id} ${parent} 8:${id} / ${point} rw,relatime shared:${id} - ext4 /dev/sd${id} rw`;
const listDisks = (mountPrefix = '') => {
  const roots = { ...createSystemRoots(folder), mountPrefix };
  const list = createDiskList(collectorContext({ platform: 'linux', roots }), () => true);
  return async (): Promise<string[]> => (await list(everything)).map((disk) => disk.mountPoint);
};

test('a mount that comes and one that goes are noticed', async () => {
  const list = listDisks();
  setMounts([mount(1), mount(2)]);
  expect(await list()).toEqual(['/m1', '/m2']);
  setMounts([mount(2), mount(3)]);
  expect(await list()).toEqual(['/m2', '/m3']);
});

test('of megabytes of mounts none is lost where one piece ends and the next begins', async () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => index + 1);
  setMounts(ids.map((id) => mount(id)));
  expect(await listDisks()()).toEqual(ids.map((id) => `/m${id}`));
});

test('a host root where nothing is mounted is told with its remedy', async () => {
  setMounts([mount(1, '/'), mount(2, '/hostile', 1)]);
  await expect(listDisks('/host')()).rejects.toMatchObject({
    code: 'NOT_AVAILABLE',
    hint: expect.stringContaining('-v /:/host'),
  });
  setMounts([mount(1, '/'), mount(2, '/host', 1)]);
  expect(await listDisks('/host')()).toEqual(['/']);
});
