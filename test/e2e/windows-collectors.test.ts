import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from '@jest/globals';
import { type NetDevCounters, parseNetDev } from '../../src/host/linux/net-dev.ts';
import { type Stats, statsSchema } from '../../src/wire/stats.ts';
import { onPlatform, onWindows, testWith } from '../support/requirement.ts';
import { runOnWindows } from '../support/windows-run.ts';
import type { CollectedOnWindows } from './programs/windows-collect.ts';

const program = join(import.meta.dirname, 'programs', 'windows-collect.ts');
const timeoutMs = 240_000;
const windows = onWindows();
/** Wine takes its figures from this very Linux, which is therefore a witness. */
const onLinux = onPlatform('linux');

async function collect(...nodeOptions: string[]): Promise<CollectedOnWindows> {
  const { status, stdout, stderr } = await runOnWindows(program, nodeOptions);
  if (status !== 0) throw new Error(`the program ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

let collected: CollectedOnWindows;
let stats: Stats;
let countersBefore = new Map<string, NetDevCounters>();
let countersAfter = countersBefore;

function hostCounters(): typeof countersBefore {
  return onLinux.met ? parseNetDev(readFileSync('/proc/net/dev', 'utf8')) : new Map();
}

beforeAll(async () => {
  if (!windows.met) return;
  countersBefore = hostCounters();
  collected = await collect();
  countersAfter = hostCounters();
  stats = statsSchema.parse(collected.samples[1]);
}, timeoutMs);

testWith(
  [windows],
  'all five parts are what the wire promises, in the first sample and the next',
  () => {
    expect(collected.failures).toEqual({});
    for (const sample of collected.samples) {
      expect(statsSchema.safeParse(sample)).toMatchObject({ success: true });
    }
  },
);

testWith([windows], 'everything comes from Windows itself: no child process, no fallback', () => {
  expect(collected.childProcesses).toBe(0);
  expect(collected.fallbacks).toEqual([]);
});

testWith([windows], 'the event log of Windows takes an entry', () => {
  expect(collected.hasEventLog).toBe(true);
});

testWith(
  [windows],
  'the program finds itself among the processes, with its image and its user',
  () => {
    const own = processes().find((one) => one.pid === collected.pid);
    expect(own?.name).toBe('node.exe');
    const [domain, user] = own?.username.split('\\') ?? [];
    expect(domain).not.toBe('');
    expect(user).toBe(collected.peer.userName);
  },
);

testWith([windows], 'CPU use and memory of a process are what it says of itself', () => {
  const { usage, peer } = collected;
  // A second of work, and what the samples themselves cost; others work here too.
  expect(Math.abs((usage.cpu_percent ?? Number.NaN) - peer.cpuPercent)).toBeLessThan(15);
  expect(usage.cpu_percent).toBeGreaterThan(5);
  expect(Math.abs((usage.rss_bytes ?? Number.NaN) / peer.rssBytes - 1)).toBeLessThan(0.2);
});

testWith([windows], 'every process has a name, and one pid has one process', () => {
  expect(processes().length).toBeGreaterThan(3);
  expect(processes().filter((one) => one.name === '')).toEqual([]);
  const pids = processes().map((one) => one.pid);
  expect(new Set(pids).size).toBe(pids.length);
  expect(pids).toEqual([...pids].sort((a, b) => a - b));
});

testWith([windows], 'memory is what Node says of the machine', () => {
  const { total, available, used, free } = stats.memory;
  expect(total).toBe(collected.peer.memoryTotal);
  expect(available).toBeGreaterThan(0);
  expect(available).toBeLessThan(total);
  expect(used).toBe(total - available);
  expect(free).toBe(available);
});

testWith([windows, onLinux], 'memory is what this Linux says of the machine', () => {
  const meminfo = readFileSync('/proc/meminfo', 'utf8');
  const totalKib = Number(/^MemTotal:\s+(\d+) kB$/m.exec(meminfo)?.[1]);
  expect(Math.abs(stats.memory.total / 1024 / totalKib - 1)).toBeLessThan(0.01);
});

testWith(
  [windows],
  'the processors are counted as Windows tells every program, and their use is a share',
  () => {
    expect(stats.cpu.count).toBe(collected.peer.cpuCount);
    expect(stats.cpu.percent_used).toBeGreaterThanOrEqual(0);
    expect(stats.cpu.percent_used).toBeLessThanOrEqual(100);
    expect(stats.cpu.frequency).toBeGreaterThan(100);
    expect(stats.cpu.frequency).toBeLessThan(10_000);
  },
);

testWith([windows], 'drive C is there with its file system, as large as Node says', () => {
  const drive = stats.disks['C:\\'];
  const { driveC } = collected.peer;
  expect(drive?.file_system).toBe('NTFS');
  expect(drive?.mount_point).toBe('C:\\');
  expect(drive?.total).toBe(driveC.total);
  // Others write to the disk in the meantime. (Wine knows no difference between the two figures.)
  const differences = [driveC.free, driveC.freeToUs].map((free) =>
    Math.abs(free - Number(drive?.free)),
  );
  expect(Math.min(...differences)).toBeLessThan(driveC.total / 20);
  expect(drive?.used).toBe(driveC.total - Number(drive?.free));
});

testWith(
  [windows],
  'every address that Node knows is there, by the name that the user sees',
  () => {
    const expected = Object.entries(collected.peer.interfaces).flatMap(([name, infos]) => {
      const first = infos?.find((info) => info.family === 'IPv4');
      return first === undefined ? [] : [[name, { ip: first.address, netmask: first.netmask }]];
    });
    expect(expected.length).toBeGreaterThan(0);
    expect(stats.network).toMatchObject(Object.fromEntries(expected));
  },
);

testWith(
  [windows, onLinux],
  'the counters lie between those of this Linux before and after',
  () => {
    for (const [name, counted] of Object.entries(stats.network)) {
      const [before, after] = [countersBefore.get(name), countersAfter.get(name)];
      expect(counted.bytes_recv).toBeGreaterThanOrEqual(before?.receivedBytes ?? Number.NaN);
      expect(counted.bytes_recv).toBeLessThanOrEqual(after?.receivedBytes ?? Number.NaN);
      expect(counted.bytes_sent).toBeGreaterThanOrEqual(before?.sentBytes ?? Number.NaN);
      expect(counted.bytes_sent).toBeLessThanOrEqual(after?.sentBytes ?? Number.NaN);
    }
  },
);

testWith(
  [windows],
  'where this Node may call nothing native, every part falls back to the portable collector',
  async () => {
    const without = await collect('--no-experimental-ffi');
    expect(without.fallbacks).toEqual(['cpu', 'memory', 'processes', 'disks', 'network']);
    // What systeminformation makes of this Windows is its own affair, but memory is Node's.
    const total = collected.peer.memoryTotal;
    expect(without.samples[1]?.memory).toMatchObject({ total });
  },
  timeoutMs,
);

function processes(): { pid: number; name: string; username: string }[] {
  if (!Array.isArray(stats.processes)) throw new Error('the processes are no list');
  return stats.processes.map((one) => ({ username: '', ...one }));
}
