/** What the kernel keeps from us, or tells wrongly, is a remark, and in the log once. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { createLinuxCpuCollector } from '../../../src/collectors/cpu/linux.ts';
import { createLinuxDisksCollector } from '../../../src/collectors/disks/linux.ts';
import { createLinuxMemoryCollector } from '../../../src/collectors/memory/linux.ts';
import { createLinuxNetworkCollector } from '../../../src/collectors/network/linux.ts';
import { createLinuxProcessesCollector } from '../../../src/collectors/processes/linux.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import type { MountProber } from '../../../src/host/linux/mount-prober.ts';
import type { MountAnswer } from '../../../src/host/linux/probe-child.ts';
import { collectorContext, recordingLogger } from '../../support/collector-context.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const mountinfo =
  '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 8:17 / /root/backup rw - ext4 /dev/sdb1 rw\n';
const figures = { fragmentBytes: 4096, blocks: 100, blocksFree: 50, blocksAvailable: 40 };

test('a disk below a folder that may not be entered is left out and named once', async () => {
  const proc = temporaryFolder();
  mkdirSync(join(proc, 'self'));
  writeFileSync(join(proc, 'self/mountinfo'), mountinfo);
  writeFileSync(join(proc, 'filesystems'), '\text4\n');
  const logger = recordingLogger();
  let isClosed = true;
  const readBlocks = (mountPoint: string) => {
    if (mountPoint === '/' || !isClosed) return figures;
    throw new MonitorError({
      code: 'PERMISSION',
      operation: `statfs ${mountPoint}`,
      reason: `EACCES: permission denied, statfs '${mountPoint}'`,
    });
  };
  const collector = createLinuxDisksCollector(
    collectorContext({ logger, roots: { ...createSystemRoots(), proc }, calls: { readBlocks } }),
  );
  expect(Object.keys(await collector.collect())).toEqual(['/dev/sda1']);
  await collector.collect();
  const named = {
    level: 'warn',
    event: 'disks.hidden',
    fields: {
      mount_point: '/root/backup',
      reason: 'EACCES: permission denied',
    },
  };
  expect(logger.events).toEqual([named]);

  isClosed = false;
  expect(Object.keys(await collector.collect())).toEqual(['/dev/sda1', '/dev/sdb1']);
  isClosed = true;
  await collector.collect();
  const ended = {
    level: 'info',
    event: 'remark.ended',
    fields: { remark: 'disks.hidden', subject: '/root/backup' },
  };
  expect(logger.events).toEqual([named, ended, named]);
  collector.close?.();
});

test('processes that hidepid keeps secret are missed once, by the first of all processes', async () => {
  const proc = temporaryFolder();
  for (const pid of ['1', '4242']) {
    mkdirSync(join(proc, pid));
    writeFileSync(join(proc, pid, 'comm'), 'systemd\n');
    writeFileSync(join(proc, pid, 'status'), 'Uid:\t0\t0\t0\t0\n');
    writeFileSync(join(proc, pid, 'cmdline'), '');
  }
  const roots = { ...createSystemRoots(), proc };
  const open = recordingLogger();
  await createLinuxProcessesCollector(collectorContext({ logger: open, roots })).collect();
  expect(open.events).toEqual([]);

  rmSync(join(proc, '1'), { recursive: true });
  const closed = recordingLogger();
  const context = collectorContext({ logger: closed, roots });
  const collector = createLinuxProcessesCollector(context);
  await collector.collect();
  await collector.collect();
  expect(context.remarks.current()).toMatchObject([{ kind: 'processes.hidden', subject: proc }]);
  expect(closed.events).toEqual([
    {
      level: 'warn',
      event: 'processes.hidden',
      fields: { reason: `${proc} is mounted with hidepid (proc(5))` },
    },
  ]);
});

test('a folder without any process is no proc, and that is a failure', async () => {
  const roots = { ...createSystemRoots(), proc: temporaryFolder() };
  const collector = createLinuxProcessesCollector(collectorContext({ roots }));
  await expect(collector.collect()).rejects.toMatchObject({
    code: 'NOT_AVAILABLE',
    message: `list ${roots.proc}: it holds no process`,
  });
});

test.each([
  ['memory.available', 'MemTotal: 100 kB\nMemFree: 50 kB\nMemAvailable: 200 kB\n'],
  ['memory.free', 'MemTotal: 100 kB\nMemFree: 150 kB\nMemAvailable: 60 kB\n'],
  ['memory.available', 'MemTotal: 100 kB\nMemFree: 50 kB\nMemAvailable: -4 kB\n'],
  ['memory.cached', 'MemTotal: 100 kB\nMemFree: 50 kB\nCached: 18446744073709551612 kB\n'],
  ['memory.used', 'MemTotal: 100 kB\nMemFree: 50 kB\nMemAvailable: 60 kB\nCached: 90 kB\n'],
])('a figure that cannot be right is a remark while it is corrected: %s', async (figure, text) => {
  const proc = temporaryFolder();
  const context = collectorContext({ roots: { ...createSystemRoots(), proc } });
  const collector = createLinuxMemoryCollector(context);
  writeFileSync(join(proc, 'meminfo'), text);
  await collector.collect();
  expect(context.remarks.current()).toMatchObject([{ kind: 'figures.clamped', subject: figure }]);
  writeFileSync(join(proc, 'meminfo'), 'MemTotal: 100 kB\nMemFree: 50 kB\nMemAvailable: 60 kB\n');
  await collector.collect();
  expect(context.remarks.current()).toEqual([]);
});

test('an unreadable passwd costs the names of users and nothing else', async () => {
  const etc = temporaryFolder();
  mkdirSync(join(etc, 'passwd'));
  const context = collectorContext({ roots: { ...createSystemRoots(), etc } });
  const collector = createLinuxProcessesCollector(context);
  const processes = await collector.collect();
  collector.close?.();
  expect(processes).toContainEqual(
    expect.objectContaining({ pid: process.pid, username: String(process.getuid?.()) }),
  );
  // Another program of this machine may have a long name.
  const remarks = context.remarks.current().filter(({ kind }) => kind !== 'names.cut');
  expect(remarks).toMatchObject([{ kind: 'users.lookup_failed' }]);
});

const fuseMounts =
  '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n' +
  '31 22 8:33 / /mnt/private rw - fuseblk /dev/sdc1 rw\n' +
  '32 22 8:34 / /mnt/closed rw - fuseblk /dev/sdc2 rw\n' +
  '33 22 8:35 / /mnt/gone rw - fuseblk /dev/sdc3 rw\n' +
  '34 22 8:36 / /mnt/odd\xff rw - fuseblk /dev/sdc4 rw\n';

test('a mount that tells nothing is absent, with its reason, and never 0 of 0', async () => {
  const proc = temporaryFolder();
  mkdirSync(join(proc, 'self'));
  writeFileSync(join(proc, 'self/mountinfo'), Buffer.from(fuseMounts, 'latin1'));
  writeFileSync(join(proc, 'filesystems'), '\text4\n\tfuseblk\n');
  const answers: Readonly<Record<string, MountAnswer>> = {
    '/mnt/private': { blocks: { ...figures, blocks: 0, blocksFree: 0, blocksAvailable: 0 } },
    '/mnt/closed': { reason: 'Permission denied' },
    '/mnt/gone': { reason: 'No such file or directory' },
    '/mnt/odd\ufffd': { reason: 'its path is no UTF-8, and no program can be given it' },
  };
  const mountProber: MountProber = {
    ask: async ({ mountPoint }) => answers[mountPoint],
    retain: () => {},
    stuck: () => [],
    close: () => {},
  };
  const context = collectorContext({
    roots: { ...createSystemRoots(), proc },
    calls: { readBlocks: () => figures, mountProber },
  });
  const collector = createLinuxDisksCollector(context);
  expect(Object.keys(await collector.collect())).toEqual(['/dev/sda1']);
  const said = context.remarks.current().map((one) => [one.kind, one.subject, one.reason]);
  expect(said).toEqual([
    ['disks.hidden', '/mnt/private', expect.stringContaining('it tells no size')],
    ['disks.hidden', '/mnt/closed', 'Permission denied'],
    ['disks.hidden', '/mnt/odd\ufffd', 'its path is no UTF-8, and no program can be given it'],
  ]);
});

test('what the memory has to say does not end what the CPU said', async () => {
  const proc = temporaryFolder();
  const context = collectorContext({ roots: { ...createSystemRoots(), proc } });
  writeFileSync(join(proc, 'meminfo'), 'MemTotal: 100 kB\nMemFree: 50 kB\nMemAvailable: 60 kB\n');
  context.remarks.holds('figures.clamped', 'cpu.percent_used', 'the kernel counts no CPU time');
  await createLinuxMemoryCollector(context).collect();
  expect(context.remarks.current()).toMatchObject([{ subject: 'cpu.percent_used' }]);
});

test('a CPU without a frequency is no warning in the log, and a remark for whoever asks', async () => {
  const [proc, sys] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(proc, 'stat'), 'cpu  0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0\n');
  const logger = recordingLogger();
  const context = collectorContext({ logger, roots: { ...createSystemRoots(), proc, sys } });
  const collector = createLinuxCpuCollector(context);
  expect(await collector.collect()).toEqual({ count: 1, percent_used: 0 });
  expect(context.remarks.current()).toMatchObject([
    { kind: 'figures.clamped', subject: 'cpu.percent_used' },
    { kind: 'figures.absent', subject: 'cpu.frequency', reason: 'the system does not tell it' },
  ]);
  const levels = logger.events.map(({ level, event }) => `${level} ${event}`);
  expect(levels).toEqual(['warn figures.clamped', 'debug figures.absent']);
});

test('one counter that is no number is left out and named, and takes no other along', async () => {
  const proc = temporaryFolder();
  mkdirSync(join(proc, 'net'));
  const zeros = '0 0 0 0 0 0 0';
  const dev = `lo: 7 ${zeros} 8 ${zeros}\neth0: -5 ${zeros} 9 ${zeros}\n`;
  writeFileSync(join(proc, 'net/dev'), dev);
  const context = collectorContext({
    roots: { ...createSystemRoots(), proc },
    calls: {
      listInterfaces: () => ({
        lo: [{ address: '127.0.0.1', netmask: '255.0.0.0', family: 'IPv4' }],
        eth0: [{ address: '192.0.2.1', netmask: '255.255.255.0', family: 'IPv4' }],
      }),
    },
  });
  const network = await createLinuxNetworkCollector(context).collect();
  expect(network.lo).toMatchObject({ bytes_recv: 7, bytes_sent: 8 });
  expect(network.eth0).toEqual({ ip: '192.0.2.1', netmask: '255.255.255.0', bytes_sent: 9 });
  expect(context.remarks.current()).toMatchObject([
    { kind: 'figures.absent', subject: 'network.eth0.bytes_recv' },
  ]);
});
