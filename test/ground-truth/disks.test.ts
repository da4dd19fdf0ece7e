/** Our disks beside psutil's and df's, with mounts made for the test among them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type DiskStats, type Disks, disksSchema } from '../../src/wire/stats.ts';
import { asRoot, onPlatform, testWith, withFile } from '../support/requirement.ts';

const run = promisify(execFile);
const requirements = [
  onPlatform('linux'),
  asRoot(),
  withFile('/usr/lib/python3/dist-packages/psutil'),
  withFile('/usr/bin/unshare'),
  withFile('/usr/sbin/mkfs.ext4'),
  withFile('/dev/loop-control'),
];

let folder: string;
let theirs: [
  device: string,
  mountPoint: string,
  type: string,
  total: number,
  used: number,
  free: number,
][] = [];
let ours: Disks = {};
let oursAsHost: Disks = {};
let dfLine = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mounts-'));
  if (!requirements.every((requirement) => requirement.met)) return;
  const programs = join(import.meta.dirname, 'programs');
  const { stdout } = await run('unshare', [
    ...['--mount', '--propagation', 'private', '--'],
    ...['/bin/sh', join(programs, 'odd-mounts.sh'), folder, process.execPath, programs],
  ]);
  const [psutilLine = '', ourLine = '', hostLine = '', df = ''] = stdout.split('\n');
  theirs = JSON.parse(psutilLine);
  ours = disksSchema.parse(JSON.parse(ourLine));
  oursAsHost = disksSchema.parse(JSON.parse(hostLine));
  dfLine = df;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const at = (mountPoint: string): DiskStats | undefined =>
  Object.values(ours).find((disk) => disk.mount_point === mountPoint);

testWith(requirements, 'the devices are those that psutil names', () => {
  const covered = theirs.find(([, mountPoint]) => mountPoint === join(folder, 'covered'))?.[0];
  expect(covered).toBeDefined();
  // Named difference: psutil gives a covered mount the figures of the one above it.
  const devices = new Set(theirs.map(([device]) => device).filter((device) => device !== covered));
  expect(Object.keys(ours).sort()).toEqual([...devices].sort());
  expect(devices.size).toBeGreaterThanOrEqual(5);
});

testWith(requirements, "every figure is psutil's for the same mount", () => {
  for (const disk of Object.values(ours)) {
    const row = theirs.findLast(([, mountPoint]) => mountPoint === disk.mount_point);
    const [, , type, total = 0, used = 0, free = 0] = row ?? [];
    expect({ ...disk, used: 0, free: 0 }).toEqual({
      ...{ file_system: type, mount_point: row?.[1] },
      ...{ total, used: 0, free: 0 },
    });
    // Others write to the machine's own disks between the two readings: 2 % of the size.
    const toleranceBytes = disk.mount_point.startsWith(folder) ? 0 : total * 0.02;
    expect(Math.abs(Number(disk.used) - used)).toBeLessThanOrEqual(toleranceBytes);
    expect(Math.abs(Number(disk.free) - free)).toBeLessThanOrEqual(toleranceBytes);
  }
});

testWith(requirements, 'size, used and available agree with df to the byte', () => {
  const [size, used, available] = dfLine.trim().split(/\s+/).map(Number);
  const disk = at(join(folder, 'plain'));
  expect([disk?.total, disk?.used, disk?.free]).toEqual([size, used, available]);
  // Five of a hundred blocks are kept for root: free is less than what is not used.
  expect(Number(disk?.total) - Number(disk?.used)).toBeGreaterThan(Number(disk?.free));
});

testWith(
  requirements,
  'a bind mount of a folder does not hide the file system it belongs to',
  () => {
    expect(at(join(folder, 'plain'))).toBeDefined();
    expect(at(join(folder, 'bind'))).toBeUndefined();
  },
);

testWith(requirements, 'a device mounted twice is named by its shorter path', () => {
  expect(at(join(folder, 't'))).toBeDefined();
  expect(at(join(folder, 'twice'))).toBeUndefined();
});

testWith(requirements, 'spaces and tabs in a mount point are kept', () => {
  expect(at(join(folder, 'with  spaces and \ttab'))?.total).toBeGreaterThan(0);
});

testWith(requirements, 'memory is no disk', () => {
  expect(at(join(folder, 'memory'))).toBeUndefined();
});

testWith(
  requirements,
  "through a host root the same disks have the host's own mount points",
  () => {
    const mountPoints = (disks: Disks): string[] =>
      Object.values(disks).map((disk) => disk.mount_point);
    expect(Object.keys(oursAsHost).sort()).toEqual(Object.keys(ours).sort());
    expect(mountPoints(oursAsHost).sort()).toEqual(mountPoints(ours).sort());
  },
);
