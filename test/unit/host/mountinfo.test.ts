import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseFileSystems, parseMountinfo } from '../../../src/host/linux/mountinfo.ts';

test('a line with and one without optional fields are read alike', () => {
  const [shared, plain] = parseMountinfo(
    '36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 master:2 - ext3 /dev/sda1 rw\n' +
      '37 35 98:0 /mnt1 /mnt2 rw,noatime - ext3 /dev/sda1 rw\n',
  );
  expect(shared).toEqual({
    id: 36,
    parentId: 35,
    deviceNumber: '98:0',
    root: '/mnt1',
    mountPoint: '/mnt2',
    mountPointBytes: '/mnt2',
    fileSystem: 'ext3',
    source: '/dev/sda1',
  });
  expect(plain).toEqual({ ...shared, id: 37 });
});

test('escaped characters and UTF-8 in a mount point are decoded', () => {
  const latin1 = Buffer.from(
    '1 0 8:1 / /media/My\\040disk\\134\\043\\012ü rw - ext4 /dev/sd\\040a rw\n',
  ).toString('latin1');
  const [mount] = parseMountinfo(latin1);
  expect(mount?.mountPoint).toBe('/media/My disk\\#\nü');
  expect(mount?.source).toBe('/dev/sd a');
});

test('a mount point that is no UTF-8 keeps its bytes beside a text that every receiver takes', () => {
  const [mount] = parseMountinfo('1 0 8:1 / /media/\xff rw - ext4 /dev/sda rw\n');
  expect(mount?.mountPoint).toBe('/media/\ufffd');
  expect(mount?.mountPointBytes).toBe('/media/\xff');
});

test('an empty source is kept as empty', () => {
  const [mount] = parseMountinfo('1 0 0:5 / /x rw - tmpfs  rw\n');
  expect(mount?.source).toBe('');
});

test('a dash in a mount point is not taken for the separator', () => {
  const [mount] = parseMountinfo('1 0 0:5 / - - - ext4 /dev/a rw\n');
  expect(mount?.mountPoint).toBe('-');
  expect(mount?.fileSystem).toBe('ext4');
});

test('a truncated list gives the whole lines', () => {
  const whole = '36 35 98:0 / /mnt2 rw,noatime shared:1 - ext3 /dev/sda1 rw\n';
  expect(parseMountinfo(whole + whole.slice(0, 40))).toHaveLength(1);
});

test('any octal-escaped path comes back byte by byte', () => {
  const path = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((raw) => Buffer.from(raw));
  fc.assert(
    fc.property(path, (raw) => {
      const latin1 = raw.toString('latin1').replaceAll('\0', 'x');
      const escaped = latin1.replace(
        /[\s\\#]/g,
        (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`,
      );
      const [mount] = parseMountinfo(`1 0 8:1 / /${escaped} rw - ext4 /dev/a rw`);
      expect(mount?.mountPointBytes).toBe(`/${latin1}`);
    }),
  );
});

test('arbitrary lines never throw', () => {
  const field = fc.constantFrom('1', '8:1', '/', '-', 'rw', 'ext4', '\\040', '', '\\9', 'x');
  fc.assert(
    fc.property(fc.array(field, { maxLength: 14 }), (fields) => {
      for (const mount of parseMountinfo(fields.join(' '))) {
        expect(mount.mountPoint).not.toBe('');
        expect(mount.deviceNumber).toMatch(/^\d+:\d+$/);
      }
    }),
  );
});

test('types that need a device are those without nodev, and zfs', () => {
  const types = parseFileSystems('nodev\tsysfs\nnodev\tzfs\n\text4\n\tfuseblk\nnodev\tfuse\n\n');
  expect([...types].sort()).toEqual(['ext4', 'fuseblk', 'zfs']);
});
