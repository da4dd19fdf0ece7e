import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { reportSchema } from '../../../server-example/report.ts';
import { createReportFitter } from '../../../src/agent/fit-report.ts';
import { encodeReport } from '../../../src/agent/report.ts';
import { describeRemark } from '../../../src/base/remarks.ts';
import type { Stats } from '../../../src/wire/stats.ts';
import { collectorContext } from '../../support/collector-context.ts';
import { exampleStats } from '../../support/report.ts';

const header = { systemId: 'Linux-1', url: 'https://example.com/in', intervalSeconds: 60 };

function setUp() {
  const { remarks } = collectorContext();
  const fitter = createReportFitter(remarks);
  return {
    remark: () => remarks.current().map((one) => one.reason),
    said: () => remarks.current().map((one) => describeRemark(one.kind, one.subject, one.reason)),
    encode: (stats: Stats, bytesMax: number) => fitter.encode(header, 1, stats, bytesMax),
    /** What a receiver reads of it. */
    read: (stats: Stats, bytesMax: number) => {
      const body = fitter.encode(header, 1, stats, bytesMax);
      expect(body.length).toBeLessThanOrEqual(bytesMax);
      return reportSchema.parse(JSON.parse(Buffer.from(body).toString())).stats;
    },
  };
}

const many = (count: number, nameLength: number, firstPid = 1) =>
  Array.from({ length: count }, (_, index) => ({
    pid: firstPid + index,
    name: 'n'.repeat(nameLength),
    username: 'nobody',
  }));
const pidsOf = ({ processes }: { readonly processes: unknown }): unknown =>
  Array.isArray(processes) ? processes.map((one: { pid: number }) => one.pid) : processes;

test('a report that fits is not touched, to the byte', () => {
  const { encode, remark } = setUp();
  const stats = exampleStats({ processes: many(100, 255) });
  const whole = encodeReport(header, 1, stats);
  expect(encode(stats, whole.length)).toEqual(whole);
  expect(remark()).toEqual([]);
});

test('one byte more, and names are cut; nothing is left out where that is enough', () => {
  const { encode, read, remark } = setUp();
  const stats = exampleStats({ processes: many(100, 255) });
  const bytesMax = encodeReport(header, 1, stats).length - 1;
  const { processes, disks } = read(stats, bytesMax);
  expect(processes).toEqual(many(100, 64));
  expect(disks).toEqual(stats.disks);
  expect(remark()).toEqual(['100 names are cut to 64 bytes']);
  encode(exampleStats(), bytesMax);
  expect(remark()).toEqual([]);
});

test('then processes are left out, the newest first, and it is said how many', () => {
  const { read, remark, said } = setUp();
  const stats = exampleStats({ processes: many(1000, 10) });
  const kept = read(stats, 20_000);
  const count = Array.isArray(kept.processes) ? kept.processes.length : 0;
  expect(count).toBeGreaterThan(350);
  expect(pidsOf(kept)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  expect(kept.network).toEqual(stats.network);
  expect(remark()).toEqual([`${1000 - count} processes are left out, the newest first`]);
  expect(said().join()).toContain('Reports would be larger than report_max_kib allows: ');
});

test('a new process with a low pid is the first to go: pids begin again at the bottom', () => {
  const { read } = setUp();
  const old = many(400, 10, 50_000);
  read(exampleStats({ processes: old }), 30_000);
  const kept = read(exampleStats({ processes: [...many(400, 10, 300), ...old] }), 30_000);
  expect(pidsOf(kept)).toEqual(expect.arrayContaining(old.map(({ pid }) => pid)));
  expect(pidsOf(kept)).not.toContain(699);
});

test('two devices that the cut makes one stay two', () => {
  const { read } = setUp();
  const [disk] = Object.values(exampleStats().disks);
  if (disk === undefined) throw new Error('no disk');
  const device = (end: string) => `/dev/mapper/${'d'.repeat(200)}${end}`;
  const disks = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [device(`${n}`), disk]));
  const kept = read(exampleStats({ disks }), 10_000).disks;
  expect(Object.keys(kept)).toHaveLength(40);
  expect(Object.keys(kept)[1]).toMatch(/^\/dev\/mapper\/d+~2$/);
});

test('a list has a most of entries, however short they are', () => {
  const { read, remark } = setUp();
  const network = Object.fromEntries(
    Array.from({ length: 5000 }, (_, n) => [`v${n}`, { ip: '10.0.0.1', netmask: '' }]),
  );
  expect(Object.keys(read(exampleStats({ network }), 8_000_000).network)).toHaveLength(4096);
  expect(remark()).toEqual(['904 interfaces are left out']);
});

test('whatever stands in it: within the bound, in the contract, and no entry that was not there', () => {
  const name = fc.string({ unit: fc.constantFrom('a', '\u0001', '"', '€', '𝒳'), maxLength: 300 });
  const disk = fc.record({ file_system: name, mount_point: name });
  const sizes = { total: 2n ** 60n, used: 0, free: 0 };
  fc.assert(
    fc.property(
      fc.array(fc.record({ name, username: name }), { maxLength: 60 }),
      fc.dictionary(name, disk, { maxKeys: 30 }),
      fc.dictionary(name, fc.record({ ip: fc.ipV4(), netmask: fc.ipV4() }), { maxKeys: 30 }),
      fc.integer({ min: 1000, max: 60_000 }),
      (listed, named, network, bytesMax) => {
        const { read } = setUp();
        const processes = listed.map((one, index) => ({ pid: index + 1, ...one }));
        const disks = Object.fromEntries(
          Object.entries(named).map(([key, value]) => [key, { ...value, ...sizes }]),
        );
        const kept = read(exampleStats({ processes, disks, network }), bytesMax);
        const pids = pidsOf(kept);
        expect(processes.map(({ pid }) => pid)).toEqual(expect.arrayContaining([pids].flat()));
        const whole = encodeReport(header, 1, exampleStats({ processes, disks, network }));
        if (whole.length > bytesMax) return;
        expect(Object.keys(kept.disks)).toEqual(Object.keys(disks));
      },
    ),
    { numRuns: 300 },
  );
});

test.each(['full', 'names'])(
  'a report is filled to the last process that has room: %s',
  (detail) => {
    const { encode } = setUp();
    for (const name of ['plain', 'quo"te', '\u0001', 'é𝒳', '\\']) {
      const full = Array.from({ length: 500 }, (_, n) => ({ pid: 5 * n, name, username: 'ann' }));
      const processes = detail === 'full' ? full : full.map(({ pid }) => ({ pid, name }));
      const body = encode(exampleStats({ processes }), 9000);
      expect(body.length).toBeGreaterThan(9000 - 2 * Buffer.byteLength(JSON.stringify(full[499])));
      expect(body.length).toBeLessThanOrEqual(9000);
    }
  },
);
