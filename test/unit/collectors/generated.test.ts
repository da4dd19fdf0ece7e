/**
 * What others choose, made up: every parser is fed by somebody, and what comes out of the figures and
 * bounds is in the contract, whatever went in.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exactDifference } from '../../../src/base/exact.ts';
import { selectDisks } from '../../../src/collectors/disks/select-mounts.ts';
import { sizesAnswered, sizesOf } from '../../../src/collectors/disks/sizes.ts';
import { boundName } from '../../../src/collectors/name-bound.ts';
import { networkOf } from '../../../src/collectors/network/network-of.ts';
import { percentOf } from '../../../src/collectors/percent.ts';
import { completeName, decodeName } from '../../../src/collectors/processes/process-name.ts';
import type { Mount } from '../../../src/host/linux/mountinfo.ts';
import { parseDeviceName } from '../../../src/host/linux/root-device.ts';
import { formatVolume, parseVolume } from '../../../src/host/win32/drive-helper.ts';
import { parseDiskSpace } from '../../../src/host/win32/volumes.ts';
import { diskStatsSchema, networkSchema } from '../../../src/wire/stats.ts';
import { collectorContext } from '../../support/collector-context.ts';
import { survivesAnyText } from '../../support/survives-any-text.ts';

const root = join(import.meta.dirname, '../../..');
const sourceOf = (path: string): string => readFileSync(join(root, path), 'utf8');

test('every parser of what a system says is fed with generated input', () => {
  const parsers = globSync('src/{host,collectors}/**/*.ts', { cwd: root }).flatMap((path) =>
    [...sourceOf(path).matchAll(/^export function (parse\w+)/gm)].map((match) => match[1] ?? ''),
  );
  const feeding = globSync('test/unit/**/*.test.ts', { cwd: root })
    .map(sourceOf)
    .filter((text) => /\bsurvives\w*\(|\bfc\.(property|asyncProperty)\(/.test(text))
    .join('\n');
  expect(parsers.length).toBeGreaterThan(30);
  expect(parsers.filter((name) => !new RegExp(`\\b${name}\\b`).test(feeding))).toEqual([]);
});

test('the name of a device is parsed or refused', () => {
  survivesAnyText(parseDeviceName, 'MAJOR=8\nMINOR=1\nDEVNAME=sda1\nDEVTYPE=partition\n');
});

test('the space of a Windows drive: any 64 bits, with all digits on the way from its helper', () => {
  const bits = fc.uint8Array({ minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(bits, bits, bits, (caller, total, free) => {
      const space = parseDiskSpace(caller, total, free);
      const { totalBytes, freeBytes } = space;
      expect(freeBytes).toBeGreaterThanOrEqual(0);
      expect(BigInt(totalBytes)).toBe(Buffer.from(total).readBigUInt64LE());
      expect(exactDifference(totalBytes, freeBytes)).toBeGreaterThanOrEqual(0);
      const volume = { root: 'D:\\', fileSystem: 'ReFS', ...space };
      expect(parseVolume(formatVolume(volume))).toEqual(volume);
    }),
  );
});

test('a share of any two numbers is absent, or 0 to 100 with one decimal', () => {
  const number = fc.oneof(fc.double(), fc.integer(), fc.nat());
  fc.assert(
    fc.property(number, number, (part, whole) => {
      const percent = percentOf(part, whole);
      if (percent === undefined) return;
      expect(percent).toBeGreaterThanOrEqual(0);
      expect(percent).toBeLessThanOrEqual(100);
      expect(Number(percent.toFixed(1))).toBe(percent);
    }),
  );
});

const count = fc.oneof(
  fc.nat(),
  fc.constantFrom(0, 2 ** 31, 2 ** 52, 2 ** 53, 2 ** 63, 2 ** 64 - 2048, 2 ** 64),
);
const figures = fc.record({
  fragmentBytes: fc.constantFrom(0, 1, 512, 4096, 65_536, 2 ** 20, 2 ** 40),
  blocks: count,
  blocksFree: count,
  blocksAvailable: count,
});
const name = fc.string({
  unit: fc.constantFrom('a', '/', ' ', '\u0001', '\0', '\ud800', 'é', '𝒳', '\u202e'),
  maxLength: 300,
});

test('whatever statfs says: a size in the contract, or none, and never 0 of a private mount', () => {
  fc.assert(
    fc.property(figures, (blocks) => {
      const sizes = sizesOf(blocks);
      const names = { file_system: 'ext4', mount_point: '/' };
      if (sizes !== undefined) diskStatsSchema.parse({ ...names, ...sizes });
      if (sizes !== undefined) expect(sizes.used).toBeLessThanOrEqual(sizes.total);
      const answer = sizesAnswered({ fileSystem: 'fuse.sshfs' }, { blocks });
      expect(answer).toHaveProperty(
        sizes === undefined || blocks.blocks === 0 ? 'reason' : 'total',
      );
    }),
  );
});

test('whatever interfaces are called and count: in the contract, and none is lost', () => {
  const counter = fc.option(
    fc.oneof(fc.nat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n })),
    {
      nil: undefined,
    },
  );
  const one = fc.record({
    name,
    ip: fc.ipV4(),
    netmask: fc.ipV4(),
    received: counter,
    sent: counter,
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(one, { selector: (each) => each.name, maxLength: 20 }),
      (interfaces) => {
        const counters = new Map(
          interfaces.map(({ name: called, received, sent }) => [
            called,
            {
              ...(received === undefined ? {} : { receivedBytes: received }),
              ...(sent === undefined ? {} : { sentBytes: sent }),
            },
          ]),
        );
        const network = networkOf(interfaces, counters, () => true, collectorContext());
        const keys = Object.keys(network);
        expect(keys).toHaveLength(interfaces.length);
        expect(Math.max(0, ...keys.map((key) => Buffer.byteLength(key)))).toBeLessThanOrEqual(255);
        networkSchema.parse({ ...network });
      },
    ),
  );
});

test('whatever is mounted: every disk has a key of its own, and no mount is invented', () => {
  const mount: fc.Arbitrary<Mount> = fc.record({
    id: fc.nat({ max: 12 }),
    parentId: fc.nat({ max: 12 }),
    deviceNumber: fc.constantFrom('8:1', '8:2', '0:44'),
    root: fc.constantFrom('/', '/sub'),
    mountPoint: fc.constantFrom('/', '/a', '/a/b', `/${'x'.repeat(400)}`, '/c//deleted', ''),
    mountPointBytes: fc.constantFrom('/', '/a'),
    fileSystem: fc.constantFrom('ext4', 'tmpfs'),
    source: fc.constantFrom('none', '/dev/root', '/dev/sda1', 'tmpfs', '__proto__', ''),
  });
  fc.assert(
    fc.property(fc.array(mount, { maxLength: 12 }), (mounts) => {
      const options = { mountPrefix: '', resolveRootDevice: () => undefined, isWanted: () => true };
      const disks = selectDisks(mounts, options);
      expect(new Set(disks.map(({ key }) => key)).size).toBe(disks.length);
      for (const disk of disks) expect(mounts).toContain(disk.mount);
    }),
  );
});

test('whatever a process calls itself: its name is text of 255 bytes at most, from its own bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 400 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 15 }), bytes, (comm, commandLine) => {
      const whole = completeName(comm, commandLine);
      const sent = boundName(whole);
      expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(255);
      expect(sent.isWellFormed()).toBe(true);
      expect(sent).not.toContain('\0');
      expect(`${decodeName(comm)}\0${decodeName(commandLine)}`).toContain(
        whole.replace(/\ufffd+$/, ''),
      );
    }),
  );
});
