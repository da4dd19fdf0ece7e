/** Every parser of the kernel's text files for CPU, memory and network, fed what no kernel wrote. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { busyPercentBetween } from '../../../src/collectors/cpu/usage.ts';
import { estimateAvailable, hostMemoryOf } from '../../../src/collectors/memory/host-memory.ts';
import { attributeAddresses } from '../../../src/collectors/network/attribute-addresses.ts';
import { parseCgroupMembership, parseCgroupMounts } from '../../../src/host/linux/cgroup.ts';
import {
  parseCgroupKey,
  parseCgroupNumber,
  parseCpuMax,
} from '../../../src/host/linux/cgroup-values.ts';
import { parseCpuInfoMhz, parseKilohertz } from '../../../src/host/linux/cpu-frequency.ts';
import { countCpuList } from '../../../src/host/linux/cpu-list.ts';
import { createFibTrieReading, type LocalAddresses } from '../../../src/host/linux/fib-trie.ts';
import { parseIpAddress } from '../../../src/host/linux/ip-address.ts';
import { formatIpv4, netmaskOf, parseIpv4 } from '../../../src/host/linux/ipv4.ts';
import { parseMemInfo } from '../../../src/host/linux/meminfo.ts';
import { parseNetDev } from '../../../src/host/linux/net-dev.ts';
import { parseProcStat } from '../../../src/host/linux/proc-stat.ts';
import {
  kernelUnits,
  parseCpuCounters,
  parseResident,
} from '../../../src/host/linux/process-counters.ts';
import { parseRoutes } from '../../../src/host/linux/route.ts';
import { parseLowWatermarkPages } from '../../../src/host/linux/zoneinfo.ts';
import { survivesAnyText } from '../../support/survives-any-text.ts';

const cases = join(import.meta.dirname, '../../cases');
const real = (path: string): string => readFileSync(join(cases, path), 'utf8');

const docker = 'network/veth-flood-and-docker-without-carrier/step-1/proc/net';
const container = 'cpu/container-v1-with-quota/step-1';
const ipOutput =
  '5: br9    inet 10.98.0.1/16 scope global br9\\       valid_lft forever preferred_lft forever\n' +
  '5: br9    inet 10.97.0.5/24 brd 10.97.0.255 scope global secondary br9:x\\       valid_lft 9sec\n' +
  '6: tun0    inet 10.8.0.1 peer 10.8.0.2/32 scope global tun0\\       valid_lft forever\n';

function parseFibTrie(text: string): LocalAddresses {
  const { take, end } = createFibTrieReading();
  take(text);
  return end();
}

const parseIpAddresses = (text: string) =>
  text.split('\n').flatMap((line) => parseIpAddress(line) ?? []);

const processStat =
  '4242 (a) R 1 (x) S 1 4242 4242 0 -1 4194560 100 0 0 0 250 50 7 9 20 0 1 0 123456 1000 25 0\n';
const units = { ticksPerSecond: 100, pageBytes: 16_384 };

const parsers: readonly [string, (text: string) => unknown, string][] = [
  ['/proc/stat', parseProcStat, real('cpu/cpu-list-with-holes/step-1/proc/stat')],
  ['/proc/cpuinfo', parseCpuInfoMhz, real('cpu/wsl2/step-1/proc/cpuinfo')],
  ['a cpufreq file', parseKilohertz, '1416000\n'],
  ['a list of CPUs', countCpuList, '0-3,6,8-11\n'],
  ['/proc/meminfo', parseMemInfo, real('memory/kernel-6-desktop/step-1/proc/meminfo')],
  [
    '/proc/zoneinfo',
    parseLowWatermarkPages,
    real('memory/kernel-3.2-without-memavailable/step-1/proc/zoneinfo'),
  ],
  ['/proc/PID/stat', (text) => parseCpuCounters(text, units), processStat],
  ['/proc/PID/statm', (text) => parseResident(text, units), '1000 25 9 1 0 8 0\n'],
  ['net/dev', parseNetDev, real('network/old-format-without-space/step-1/proc/net/dev')],
  ['net/fib_trie', parseFibTrie, real(`${docker}/fib_trie`)],
  ['net/route', parseRoutes, real(`${docker}/route`)],
  ['ip address', parseIpAddresses, ipOutput],
  ['/proc/self/cgroup', parseCgroupMembership, real(`${container}/proc/self/cgroup`)],
  ['cgroup mounts', parseCgroupMounts, real(`${container}/proc/self/mountinfo`)],
  ['cpu.max', parseCpuMax, '150000 100000\n'],
  ['a cgroup number', parseCgroupNumber, '536870912\n'],
  [
    'memory.stat',
    (text) => parseCgroupKey(text, 'inactive_file'),
    real('memory/container-v2-with-limit/step-1/sys/fs/cgroup/memory.stat'),
  ],
  [
    'memory, from file to report',
    (text) => {
      const info = parseMemInfo(text);
      return hostMemoryOf(info, info.available ?? estimateAvailable(info, text)).memory;
    },
    real('memory/kernel-3.2-without-memavailable/step-1/proc/meminfo'),
  ],
  [
    'CPU use, from files to report',
    (text) =>
      busyPercentBetween(
        parseProcStat(real('cpu/wsl2/step-1/proc/stat')).times,
        parseProcStat(text).times,
      ),
    real('cpu/wsl2/step-2/proc/stat'),
  ],
  [
    'addresses by routes',
    (text) => attributeAddresses(parseFibTrie(real(`${docker}/fib_trie`)), parseRoutes(text)),
    real(`${docker}/route`),
  ],
  [
    'addresses by the trie',
    (text) => attributeAddresses(parseFibTrie(text), parseRoutes(real(`${docker}/route`))),
    real(`${docker}/fib_trie`),
  ],
];

test.each(parsers)(
  '%s of any content is parsed or refused, and never becomes NaN',
  (_, parse, text) => {
    survivesAnyText(parse, text);
  },
);

test('counters of a process are read behind its name, whatever that holds, in the kernel’s units', () => {
  expect(parseCpuCounters(processStat, units)).toEqual({ start: 123456, cpuSeconds: 3 });
  expect(parseCpuCounters(processStat.slice(0, 60), units)).toBeUndefined();
  expect(parseResident('1000 25 9 1 0 8 0\n', units)).toBe(409_600);
  expect(parseResident('1000\n', units)).toBeUndefined();
});

test('the kernel’s units are those of this process’s auxiliary vector, or the usual ones', () => {
  const vector = Buffer.alloc(48);
  for (const [index, number] of [6n, 65_536n, 17n, 250n].entries()) {
    vector.writeBigUInt64LE(number, index * 8);
  }
  expect(kernelUnits(vector)).toEqual({ pageBytes: 65_536, ticksPerSecond: 250 });
  expect(kernelUnits(vector.subarray(0, 20))).toEqual({ pageBytes: 65_536, ticksPerSecond: 100 });
  expect(kernelUnits(Buffer.alloc(0))).toEqual({ pageBytes: 4096, ticksPerSecond: 100 });
});

test('ip’s lines are read with labels, peers and masks', () => {
  expect(parseIpAddresses(ipOutput)).toEqual([
    { name: 'br9', device: 'br9', ip: '10.98.0.1', netmask: '255.255.0.0' },
    { name: 'br9:x', device: 'br9', ip: '10.97.0.5', netmask: '255.255.255.0' },
    { name: 'tun0', device: 'tun0', ip: '10.8.0.1', netmask: '255.255.255.255' },
  ]);
});

test('an address counts once for each interface that has it, VRFs and other tables included', () => {
  const leaf = (ip: string, ...entries: string[]): string =>
    [`     |-- ${ip}`, ...entries.map((entry) => `        ${entry}`), ''].join('\n');
  const merged =
    leaf('10.0.0.1', '/32 host LOCAL', '/32 host LOCAL') +
    leaf('10.0.0.255', '/32 link BROADCAST') +
    leaf('10.0.0.2', '/24 host LOCAL', '/32 host LOCAL tos=16');
  const { counts, broadcasts, hasLoopbackNetwork } = parseFibTrie(
    `Id 10:\n${leaf('10.0.0.1', '/32 host LOCAL')}${leaf('10.9.0.255', '/32 link BROADCAST')}` +
      `Main:\n${merged}Local:\n${merged}${leaf('127.0.0.0', '/8 host LOCAL')}`,
  );
  expect(Object.fromEntries(counts)).toEqual({ '10.0.0.1': 3, '10.0.0.2': 1 });
  expect([...broadcasts]).toEqual(['10.0.0.255']);
  expect(hasLoopbackNetwork).toBe(true);
});

test('addresses survive the way to a number and back, and no other text is one', () => {
  for (const text of ['0.0.0.0', '127.0.0.1', '192.0.2.255', '255.255.255.255']) {
    expect(formatIpv4(parseIpv4(text) ?? -1)).toBe(text);
  }
  for (const text of ['', '1.2.3', '1.2.3.256', '1.2.3.4.5', ' 1.2.3.4', '::1']) {
    expect(parseIpv4(text)).toBeUndefined();
  }
});

test('masks of every length', () => {
  expect([0, 1, 8, 12, 24, 31, 32].map(netmaskOf)).toEqual([
    '0.0.0.0',
    '128.0.0.0',
    '255.0.0.0',
    '255.240.0.0',
    '255.255.255.0',
    '255.255.255.254',
    '255.255.255.255',
  ]);
});

test('a list of CPUs counts ranges, and a backward or an empty one is none', () => {
  expect(['0', '0-3', '0-1,4-7,9', '3-1', '', 'all'].map(countCpuList)).toEqual([
    1,
    4,
    7,
    undefined,
    undefined,
    undefined,
  ]);
});
