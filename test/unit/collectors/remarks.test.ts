/** What the kernel keeps from us, or tells wrongly, is a remark, and in the log once. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { createLinuxDisksCollector } from '../../../src/collectors/disks/linux.ts';
import { createLinuxMemoryCollector } from '../../../src/collectors/memory/linux.ts';
import { createLinuxProcessesCollector } from '../../../src/collectors/processes/linux.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
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
      reason: 'EACCES: permission denied',
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
      reason: 'statfs /root/backup: EACCES: permission denied',
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
  expect(context.remarks.current()).toMatchObject([{ kind: 'users.lookup_failed' }]);
});
