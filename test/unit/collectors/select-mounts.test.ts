import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { selectDisks } from '../../../src/collectors/disks/select-mounts.ts';
import { parseMountinfo } from '../../../src/host/linux/mountinfo.ts';

function select(mountinfo: string, mountPrefix = ''): Record<string, string> {
  const disks = selectDisks(parseMountinfo(mountinfo), {
    mountPrefix,
    resolveRootDevice: (deviceNumber) => (deviceNumber === '179:2' ? '/dev/mmcblk0p2' : undefined),
    isWanted: ({ mount }) => ['ext4', 'btrfs'].includes(mount.fileSystem),
  });
  return Object.fromEntries(disks.map(({ key, mountPoint }) => [key, mountPoint]));
}

test('what has no device is left out', () => {
  expect(
    select(
      '1 0 0:5 / / rw - overlay overlay rw\n2 1 0:6 / /tmp rw - tmpfs tmpfs rw\n3 1 8:1 / /d rw - ext4 /dev/sda1 rw\n',
    ),
  ).toEqual({ '/dev/sda1': '/d' });
});

test('of a device mounted at / and elsewhere, / is named', () => {
  expect(
    select(
      '1 0 0:30 /@ / rw - btrfs /dev/sda2 rw\n2 1 0:30 / /btrfs rw - btrfs /dev/sda2 rw\n3 1 0:30 /@home /home rw - btrfs /dev/sda2 rw\n',
    ),
  ).toEqual({ '/dev/sda2': '/' });
});

test('the whole file system is named rather than a bind mount of one of its folders', () => {
  expect(
    select(
      '1 0 0:5 / / rw - overlay overlay rw\n2 1 8:1 /var/x /a rw - ext4 /dev/sda1 rw\n3 1 8:1 / /mnt/long rw - ext4 /dev/sda1 rw\n',
    ),
  ).toEqual({ '/dev/sda1': '/mnt/long' });
});

test('of bind mounts alone the shortest path is named', () => {
  expect(
    select(
      '1 0 0:5 / / rw - overlay overlay rw\n2 1 8:1 /c/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw\n3 1 8:1 /c/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n',
    ),
  ).toEqual({ '/dev/sda1': '/etc/hosts' });
});

test('two file systems with one device name both stay', () => {
  expect(
    select('1 0 8:1 / / rw - ext4 /dev/sdb1 rw\n2 1 8:17 / /media/new rw - ext4 /dev/sdb1 rw\n'),
  ).toEqual({ '/dev/sdb1': '/', '/dev/sdb1 (/media/new)': '/media/new' });
});

test('a covered mount is left out rather than given the figures of what covers it', () => {
  expect(
    select(
      '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /mnt rw - ext4 /dev/sda2 rw\n3 2 8:3 / /mnt rw - ext4 /dev/sda3 rw\n',
    ),
  ).toEqual({ '/dev/sda1': '/', '/dev/sda3': '/mnt' });
});

test('a device covered at one point is named at the other', () => {
  expect(
    select(
      '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /m rw - ext4 /dev/sda2 rw\n3 2 0:9 / /m rw - tmpfs tmpfs rw\n4 1 8:2 / /mnt/other rw - ext4 /dev/sda2 rw\n',
    ),
  ).toEqual({ '/dev/sda1': '/', '/dev/sda2': '/mnt/other' });
});

test('/dev/root gets the name of the device behind it, where the system tells', () => {
  expect(select('1 0 179:2 / / rw - ext4 /dev/root rw\n')).toEqual({ '/dev/mmcblk0p2': '/' });
  expect(select('1 0 31:2 / / rw - ext4 /dev/root rw\n')).toEqual({ '/dev/root': '/' });
});

test('a mount whose source is none or empty has no name to go by', () => {
  expect(select('1 0 8:1 / / rw - ext4 none rw\n2 1 8:2 / /x rw - ext4  rw\n')).toEqual({});
});

test('each file system of a random tree is reported at most once, under a key of its own', () => {
  const line = fc.record({
    parent: fc.integer({ min: 0, max: 8 }),
    device: fc.integer({ min: 1, max: 3 }),
    name: fc.constantFrom('/dev/a', '/dev/b', '/dev/a (/x)'),
    point: fc.constantFrom('/', '/x', '/x/y', '/z'),
    root: fc.constantFrom('/', '/sub'),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
      const text = lines
        .map(({ parent, device, name, point, root }, index) =>
          [
            index + 1,
            parent,
            `8:${device}`,
            root,
            point,
            'rw',
            '-',
            'ext4',
            name.replace(' ', '\\040'),
            'rw',
          ].join(' '),
        )
        .join('\n');
      const disks = selectDisks(parseMountinfo(text), {
        mountPrefix: '',
        resolveRootDevice: () => undefined,
        isWanted: () => true,
      });
      expect(new Set(disks.map((disk) => disk.key)).size).toBe(disks.length);
      const identities = disks.map((disk) => `${disk.mount.deviceNumber} ${disk.mount.source}`);
      expect(new Set(identities).size).toBe(disks.length);
    }),
  );
});

test('with a host root its mounts alone are named, as the host names them', () => {
  expect(
    select(
      '1 0 8:9 / / rw - ext4 /dev/container rw\n2 1 8:1 / /host rw - ext4 /dev/sda1 rw\n3 2 8:2 / /host/home rw - ext4 /dev/sda2 rw\n4 1 8:3 / /hostile rw - ext4 /dev/sda3 rw\n',
      '/host',
    ),
  ).toEqual({ '/dev/sda1': '/', '/dev/sda2': '/home' });
});
