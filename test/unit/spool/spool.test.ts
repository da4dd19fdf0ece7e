import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Disk } from '../../../src/base/disk.ts';
import { MonitorError } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { createSpool, type SpoolOptions } from '../../../src/spool/create-spool.ts';
import type { Spool } from '../../../src/spool/spool.ts';
import { createManualClock } from '../../support/clocks.ts';
import { realDisk } from '../../support/real-disk.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';
import { onPlatform, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const epoch = 1_800_000_000;

function body(text: string): Uint8Array {
  return Buffer.from(`{"text":"${text}"}`);
}

function open(folder: string, options: Partial<SpoolOptions> = {}): Spool {
  return createSpool({
    disk: realDisk,
    folder,
    pid: process.pid,
    clock: createManualClock(),
    logger: silentLogger,
    ...options,
  });
}

function textOf(spool: Spool): string[] {
  return spool.pending().map((entry) => Buffer.from(spool.read(entry) ?? []).toString());
}

test('a report appended is there after the process is gone, under the same key', () => {
  const folder = temporaryFolder();
  const first = open(folder);
  const entry = first.append(epoch, body('a'));
  expect(entry.durable).toBe(true);
  first.close();
  const second = open(folder);
  expect(second.pending()).toEqual([entry]);
  expect(textOf(second)).toEqual(['{"text":"a"}']);
  second.close();
});

test('reports wait oldest first, whatever the order of their collection', () => {
  const folder = temporaryFolder();
  const spool = open(folder);
  for (const offset of [5, 1, 3]) spool.append(epoch + offset, body(String(offset)));
  expect(spool.pending().map((entry) => entry.epoch - epoch)).toEqual([1, 3, 5]);
  expect(spool.newest()?.epoch).toBe(epoch + 5);
  spool.close();
});

test('an acknowledged report is gone for good, and acknowledging it twice is no harm', () => {
  const folder = temporaryFolder();
  const spool = open(folder);
  const entry = spool.append(epoch, body('a'));
  spool.acknowledge(entry);
  spool.acknowledge(entry);
  expect(spool.counts()).toMatchObject({ pendingReports: 0, pendingBytes: 0, droppedReports: 0 });
  spool.close();
  expect(readdirSync(join(folder, 'pending'))).toEqual([]);
});

test('an acknowledged report is not offered again by a look at the folder right after', async () => {
  const folder = temporaryFolder();
  const clock = createManualClock();
  const spool = open(folder, { clock });
  const entries = [0, 1, 2].map((number) => spool.append(epoch + number, body(`${number}`)));
  for (const entry of entries) spool.acknowledge(entry);
  writeFileSync(join(folder, 'rescan'), '');
  await clock.advance(2000);
  spool.maintain();
  expect(spool.pending()).toEqual([]);
  spool.close();
  expect(readdirSync(join(folder, 'pending'))).toEqual([]);
});

test('a rejected report is put aside with the reason and not offered again', () => {
  const folder = temporaryFolder();
  const spool = open(folder);
  const entry = spool.append(epoch, body('a'));
  spool.reject(entry, 'status 422');
  expect(spool.pending()).toEqual([]);
  expect(spool.counts().rejectedReports).toBe(1);
  spool.close();
  expect(readFileSync(join(folder, 'rejected', `${entry.key}.reason`), 'utf8')).toBe(
    'status 422\n',
  );
  const again = open(folder);
  expect(again.counts()).toMatchObject({ pendingReports: 0, rejectedReports: 1 });
  again.close();
});

test('a truncated report is put aside and counted, and the others are read', () => {
  const folder = temporaryFolder();
  const logger = createRecordingLogger();
  const spool = open(folder, { logger });
  const broken = spool.append(epoch, body('broken'));
  spool.append(epoch + 1, body('whole'));
  truncateSync(join(folder, 'pending', `${broken.key}.report`), 100);
  expect(spool.read(broken)).toBeUndefined();
  expect(spool.counts()).toMatchObject({ pendingReports: 1, damagedFiles: 1 });
  expect(textOf(spool)).toEqual(['{"text":"whole"}']);
  expect(existsSync(join(folder, 'damaged', `${broken.key}.report`))).toBe(true);
  expect(logger.lines).toMatchObject([
    {
      ...{ level: 'warn', event: 'spool.damaged' },
      fields: {
        name: `${broken.key}.report`,
        reason: expect.any(String),
        folder: expect.any(String),
      },
    },
  ]);
  spool.close();
});

test('foreign, empty and unfinished files do not stop a start', () => {
  const folder = temporaryFolder();
  const pending = join(folder, 'pending');
  mkdirSync(join(pending, 'a-folder'), { recursive: true });
  writeFileSync(join(pending, 'notes.txt'), 'mine');
  writeFileSync(join(pending, '001800000000-0123456789abcdef.report'), '');
  writeFileSync(join(pending, '001800000000-0123456789abcdee.report.tmp'), 'system-mon');
  writeFileSync(join(folder, 'lock'), 'garbage '.repeat(100));
  const spool = open(folder);
  expect(spool.counts()).toMatchObject({ pendingReports: 0, damagedFiles: 2 });
  expect(readdirSync(pending)).toEqual(['a-folder']);
  expect(spool.append(epoch, body('a')).durable).toBe(true);
  spool.close();
});

test('a second spool on the same folder is refused and told the pid of the first', () => {
  const folder = temporaryFolder();
  const spool = open(folder, { pid: 4242 });
  expect(() => open(folder)).toThrow(
    expect.objectContaining({
      code: 'BUSY',
      operation: `lock ${folder}`,
      reason: 'another process (pid 4242) is using this folder',
      hint: 'Only one background process can use a state folder. Stop the other one, or give this one its own folder with --state-dir.',
    }),
  );
  spool.close();
  open(folder).close();
});

test('another process is refused too, and the lock of a killed one is free at once', () => {
  const folder = temporaryFolder();
  const program = `
    import { lockFolder } from ${JSON.stringify(new URL('../../../src/spool/folder-lock.ts', import.meta.url).href)};
    import { realDisk } from ${JSON.stringify(new URL('../../support/real-disk.ts', import.meta.url).href)};
    try { lockFolder(realDisk, process.argv[1], process.pid); console.log('locked'); } catch (error) { console.log(error.code); }
    process.kill(process.pid, 'SIGKILL');`;
  const lockElsewhere = () =>
    spawnSync(process.execPath, ['--input-type=module', '-e', program, folder], {
      encoding: 'utf8',
    }).stdout.trim();
  const spool = open(folder);
  expect(lockElsewhere()).toBe('BUSY');
  spool.close();
  expect(lockElsewhere()).toBe('locked');
  open(folder).close();
});

test('the oldest are dropped and counted when the bytes are used up', () => {
  const folder = temporaryFolder();
  const logger = createRecordingLogger();
  const spool = open(folder, { limits: { maxBytes: 1000 }, logger });
  for (let number = 0; number < 20; number += 1) spool.append(epoch + number, body('x'.repeat(40)));
  const { pendingBytes, pendingReports, droppedReports } = spool.counts();
  expect(pendingBytes).toBeLessThanOrEqual(1000);
  expect(pendingReports + droppedReports).toBe(20);
  expect(spool.pending().at(-1)?.epoch).toBe(epoch + 19);
  expect(logger.lines[0]).toMatchObject({
    ...{ level: 'warn', event: 'spool.dropped' },
    fields: { cause: 'size', epoch, dropped_reports: 1 },
  });
  expect(readdirSync(join(folder, 'pending'))).toHaveLength(pendingReports);
  spool.close();
});

test('reports older than the limit are dropped once the clock has run steadily', async () => {
  const clock = createManualClock(epoch * 1000);
  const spool = open(temporaryFolder(), { clock, limits: { maxAgeSeconds: 3600 } });
  spool.append(epoch - 4000, body('old'));
  spool.append(epoch, body('new'));
  expect(spool.counts().pendingReports).toBe(2);
  await clock.advance(11 * 60_000);
  spool.maintain();
  expect(spool.counts()).toMatchObject({ pendingReports: 1, droppedReports: 1 });
  spool.close();
});

test('a clock that leaps years ahead and back costs no report', async () => {
  const clock = createManualClock(epoch * 1000);
  const spool = open(temporaryFolder(), { clock, limits: { maxAgeSeconds: 3600 } });
  spool.append(epoch, body('a'));
  await clock.advance(20 * 60_000);
  clock.setEpochMs((epoch + 10 * 365 * 86_400) * 1000);
  await clock.advance(60_000);
  spool.maintain();
  spool.append(epoch + 10 * 365 * 86_400, body('b'));
  clock.setEpochMs((epoch + 1300) * 1000);
  spool.append(epoch + 1300, body('c'));
  expect(spool.counts()).toMatchObject({ pendingReports: 3, droppedReports: 0 });
  spool.close();
});

test('while free disk is short the spool does not grow: the newest take the place of the oldest', () => {
  let freeBytes = 10_000_000_000;
  const spool = open(temporaryFolder(), {
    disk: { ...realDisk, space: () => ({ freeBytes, totalBytes: 100_000_000_000 }) },
    limits: { minFreeBytes: 1_000_000 },
  });
  for (let number = 0; number < 5; number += 1) spool.append(epoch + number, body('same'));
  freeBytes = 500_000;
  for (let number = 5; number < 9; number += 1) spool.append(epoch + number, body('same'));
  expect(spool.pending().map((entry) => entry.epoch - epoch)).toEqual([4, 5, 6, 7, 8]);
  expect(spool.counts().droppedReports).toBe(4);
  spool.close();
});

test('a folder deleted under it is made again and reports go on being durable', () => {
  const folder = join(temporaryFolder(), 'spool');
  const spool = open(folder);
  spool.append(epoch, body('a'));
  rmSync(folder, { recursive: true });
  expect(spool.append(epoch + 1, body('b')).durable).toBe(true);
  expect(textOf(spool)).toEqual(['{"text":"b"}']);
  expect(() => open(folder)).toThrow(MonitorError);
  spool.close();
});

test('a folder replaced by another is locked anew', async () => {
  const folder = join(temporaryFolder(), 'spool');
  const clock = createManualClock();
  const logger = createRecordingLogger();
  let released = 0;
  const disk: Disk = {
    ...realDisk,
    lock: (path) => {
      const lock = realDisk.lock(path);
      return lock === undefined
        ? undefined
        : {
            holds: () => lock.holds(),
            release: () => {
              released += 1;
              lock.release();
            },
          };
    },
  };
  const spool = open(folder, { clock, disk, logger });
  renameSync(folder, `${folder}-moved`);
  const other = open(folder, { pid: 77 });
  other.append(epoch, body('of the other'));
  other.close();
  await clock.advance(2000);
  spool.maintain();
  expect(textOf(spool)).toEqual(['{"text":"of the other"}']);
  expect(logger.lines).toMatchObject([
    { level: 'error', event: 'spool.folder_replaced', fields: { folder } },
  ]);
  expect(released).toBe(1);
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: 'BUSY' }));
  spool.close();
});

test('what the disk refuses is kept in memory, bounded, and written when it recovers', async () => {
  const folder = temporaryFolder();
  const clock = createManualClock();
  const logger = createRecordingLogger();
  const spool = open(folder, { clock, logger, limits: { maxMemoryReports: 3 } });
  const pending = join(folder, 'pending');
  rmSync(pending, { recursive: true });
  // A file in the folder's place refuses even root.
  writeFileSync(pending, '');
  const entries = [0, 1, 2, 3, 4].map((number) => spool.append(epoch + number, body(`${number}`)));
  expect(entries.every((entry) => !entry.durable)).toBe(true);
  expect(spool.counts()).toMatchObject({
    pendingReports: 3,
    memoryReports: 3,
    droppedReports: 2,
  });
  expect(textOf(spool)).toEqual(['{"text":"2"}', '{"text":"3"}', '{"text":"4"}']);
  rmSync(pending);
  await clock.advance(2000);
  spool.maintain();
  expect(spool.counts()).toMatchObject({ pendingReports: 3, memoryReports: 0 });
  expect(spool.pending().every((entry) => entry.durable)).toBe(true);
  expect(spool.pending().map((entry) => entry.key)).toEqual(
    entries.slice(2).map((entry) => entry.key),
  );
  const refusals = logger.events().filter((event) => event === 'spool.disk_refused');
  expect(refusals).toHaveLength(1);
  expect(logger.events()).toContain('spool.disk_recovered');
  spool.close();
});

test('what the disk does not let go is neither dropped from the line nor counted', () => {
  let freeBytes = 10_000_000_000;
  const folder = temporaryFolder();
  const spool = open(folder, {
    disk: { ...realDisk, space: () => ({ freeBytes, totalBytes: 100_000_000_000 }) },
    limits: { minFreeBytes: 1_000_000 },
  });
  const [first] = [0, 1, 2].map((number) => spool.append(epoch + number, body(`${number}`)));
  // A folder in the report's place cannot be unlinked, not even by root.
  const path = join(folder, 'pending', `${first?.key}.report`);
  rmSync(path);
  mkdirSync(path);
  freeBytes = 500_000;
  spool.append(epoch + 3, body('3'));
  expect(spool.counts()).toMatchObject({ pendingReports: 4, droppedReports: 0 });
  spool.close();
});

test('a start on a folder that cannot be made goes on in memory', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  const logger = createRecordingLogger();
  const spool = open(join(folder, 'file', 'spool'), { logger });
  // Before any report is made.
  expect(logger.lines).toMatchObject([{ level: 'error', event: 'spool.disk_refused' }]);
  const entry = spool.append(epoch, body('a'));
  expect(entry.durable).toBe(false);
  expect(textOf(spool)).toEqual(['{"text":"a"}']);
  spool.acknowledge(entry);
  expect(spool.counts()).toMatchObject({ pendingReports: 0, memoryReports: 0 });
  spool.close();
});

test('a lock that was refused at the start is taken before the first report is written', () => {
  const folder = temporaryFolder();
  let refusals = 1;
  const disk: Disk = {
    ...realDisk,
    lock: (path) => {
      refusals -= 1;
      if (refusals >= 0) throw Object.assign(new Error('ENOLCK: no locks'), { code: 'ENOLCK' });
      return realDisk.lock(path);
    },
  };
  const spool = open(folder, { disk });
  expect(spool.append(epoch, body('a')).durable).toBe(true);
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: 'BUSY' }));
  spool.close();
});

test('a report whose file has gone is none that waits, and none that is damaged', () => {
  const folder = temporaryFolder();
  const spool = open(folder);
  const gone = spool.append(epoch, body('a'));
  const folderThere = spool.append(epoch + 1, body('b'));
  rmSync(join(folder, 'pending', `${gone.key}.report`));
  expect(spool.read(gone)).toBeUndefined();
  expect(spool.counts()).toMatchObject({ pendingReports: 1, damagedFiles: 0 });
  const file = join(folder, 'pending', `${folderThere.key}.report`);
  rmSync(file);
  mkdirSync(file);
  expect(spool.read(folderThere)).toBeUndefined();
  expect(spool.counts()).toMatchObject({ pendingReports: 0, damagedFiles: 1 });
  spool.close();
});

test('where the disk does not come to deleting, the sender waits for it', () => {
  const folder = temporaryFolder();
  let asked = 0;
  let isBusy = true;
  const disk: Disk = {
    ...realDisk,
    unlinkSoon: (path, done) => {
      asked += 1;
      if (isBusy) return;
      rmSync(path);
      done(null);
    },
  };
  const spool = open(folder, { disk });
  const deliver = (count: number): number => {
    asked = 0;
    for (let number = 0; number < count; number += 1) {
      spool.acknowledge(spool.append(epoch + number, body('a')));
    }
    return asked;
  };
  // The one too many waits for all of them; then it is as at the start.
  expect(deliver(300)).toBe(299);
  expect(readdirSync(join(folder, 'pending'))).toHaveLength(43);
  isBusy = false;
  expect(deliver(300)).toBe(300);
  spool.close();
});

test('files that came or went while it ran are seen after a request to look again', async () => {
  const folder = temporaryFolder();
  const clock = createManualClock();
  const spool = open(folder, { clock });
  const gone = spool.append(epoch, body('a'));
  spool.append(epoch + 1, body('b'));
  rmSync(join(folder, 'pending', `${gone.key}.report`));
  writeFileSync(join(folder, 'rescan'), '');
  await clock.advance(2000);
  spool.maintain();
  expect(textOf(spool)).toEqual(['{"text":"b"}']);
  expect(existsSync(join(folder, 'rescan'))).toBe(false);
  expect(spool.counts()).toMatchObject({ damagedFiles: 0, droppedReports: 0 });
  spool.close();
});

testWith([onPlatform('linux', 'darwin')], 'folders and files are for the owner alone', () => {
  const folder = join(temporaryFolder(), 'state');
  const spool = open(folder);
  const entry = spool.append(epoch, body('a'));
  spool.reject(spool.append(epoch, body('b')), 'no');
  for (const path of ['', 'pending', 'rejected', 'damaged']) {
    expect(statSync(join(folder, path)).mode & 0o777).toBe(0o700);
  }
  const files = ['lock', 'owner', `pending/${entry.key}.report`];
  for (const path of files) expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600);
  spool.close();
});

testWith(
  [onPlatform('linux', 'darwin')],
  'an existing spool of a looser mode is still used',
  () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const spool = open(folder);
    expect(spool.append(epoch, body('a')).durable).toBe(true);
    spool.close();
  },
);
