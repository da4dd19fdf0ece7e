/** What the spool gives up, and in which order, on a disk that is full or refuses a call. */
import { expect, test } from '@jest/globals';
import { createSpool } from '../../../src/spool/create-spool.ts';
import type { SpoolLimits } from '../../../src/spool/limits.ts';
import type { Spool } from '../../../src/spool/spool.ts';
import { createManualClock } from '../../support/clocks.ts';
import { type CrashDisk, createCrashDisk } from '../../support/crash-disk.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

const folder = '/spool';
const epoch = 1_800_000_000;

interface Scene {
  readonly disk: CrashDisk;
  readonly spool: Spool;
  /** What was said of the disk. */
  told(): readonly string[];
  /** Reports of one size. */
  append(from: number, to: number): void;
  /** Which of them wait, by their number, and which of those in memory. */
  waiting(): readonly number[];
  inMemory(): readonly number[];
  maintain(): Promise<void>;
  filesIn(sub: string): readonly string[];
  /** So many bytes more fit on the disk, which is too large for its share to matter. */
  leave(bytes: number): void;
}

function createScene(limits: Partial<SpoolLimits> = {}): Scene {
  const disk = createCrashDisk();
  const clock = createManualClock(epoch * 1000);
  const logger = createRecordingLogger();
  const options = { disk, folder, pid: 1, clock, logger };
  const spool = createSpool({ ...options, limits: { minFreeBytes: 0, ...limits } });
  const numbers = (entries: readonly { readonly epoch: number }[]) =>
    entries.map((entry) => entry.epoch - epoch);
  return {
    disk,
    spool,
    told: () =>
      logger.lines.flatMap(({ event, fields }) =>
        event === 'spool.disk_refused' || event === 'spool.disk_recovered'
          ? [`${event}: ${fields.reason ?? fields.waiting}`]
          : [],
      ),
    append: (from, to) => {
      for (let number = from; number <= to; number += 1) {
        spool.append(epoch + number, Buffer.from('x'.repeat(100)));
      }
    },
    waiting: () => numbers(spool.pending()),
    inMemory: () => numbers(spool.pending().filter(({ durable }) => !durable)),
    maintain: async () => {
      await clock.advance(2000);
      spool.maintain();
    },
    filesIn: (sub) =>
      [...disk.files().keys()].filter((path) => path.startsWith(`${folder}/${sub}/`)),
    leave: (bytes) => {
      const used = [...disk.files().values()].reduce((sum, { length }) => sum + length, 0);
      disk.capacityBytes = used + bytes;
    },
  };
}

test('that the disk refuses is told at once, again where the reason is another, and when it is over', () => {
  const { disk, append, told } = createScene();
  append(0, 0);
  expect(told()).toEqual([]);
  for (const code of ['EIO', 'EROFS']) {
    disk.refuse = (call) => (call === 'write' ? code : undefined);
    append(1, 3);
  }
  expect(told()).toEqual([
    expect.stringMatching(/^spool\.disk_refused: .*EIO/),
    expect.stringMatching(/^spool\.disk_refused: .*EROFS/),
  ]);
  disk.refuse = () => undefined;
  append(4, 4);
  expect(told().slice(2)).toEqual(['spool.disk_recovered: 8']);
});

test('on a full disk a report just made takes the place of the oldest, one for one', () => {
  const { spool, append, waiting, inMemory, leave } = createScene();
  append(0, 4);
  leave(0);
  append(5, 6);
  expect(waiting()).toEqual([2, 3, 4, 5, 6]);
  expect(inMemory()).toEqual([]);
  expect(spool.counts().droppedReports).toBe(2);
});

test('so it does, and no other for it, while the disk is short as well', () => {
  const { spool, append, waiting, leave } = createScene({ minFreeBytes: 100 });
  append(0, 4);
  leave(0);
  append(5, 5);
  expect(waiting()).toEqual([1, 2, 3, 4, 5]);
  expect(spool.counts().droppedReports).toBe(1);
});

test('where deleting gives no room, a report waits in memory and costs no other', async () => {
  const { disk, spool, append, waiting, inMemory, maintain, leave } = createScene();
  append(0, 4);
  leave(0);
  disk.refuse = (call) => (call === 'write' ? 'ENOSPC' : undefined);
  append(5, 5);
  for (let turn = 0; turn < 10; turn += 1) await maintain();
  // Number 0 went when it came: a full disk may be relieved that way.
  expect(waiting()).toEqual([1, 2, 3, 4, 5]);
  expect(inMemory()).toEqual([5]);
  expect(spool.counts().droppedReports).toBe(1);
});

test('a refusal for lack of room that the disk does not confirm costs no report', async () => {
  const { disk, append, waiting, inMemory, maintain } = createScene();
  append(0, 4);
  disk.refuse = (call) => (call === 'write' ? 'ENOSPC' : undefined);
  append(5, 5);
  disk.refuse = () => undefined;
  await maintain();
  expect([waiting(), inMemory()]).toEqual([[0, 1, 2, 3, 4, 5], []]);
});

test('a full disk is relieved of its oldest before one in memory is given up', () => {
  const { disk, append, waiting, inMemory, leave } = createScene({ maxMemoryReports: 2 });
  append(0, 4);
  // At first deleting gives no room, and then it does.
  disk.refuse = (call) => (call === 'write' ? 'ENOSPC' : undefined);
  append(5, 6);
  expect([waiting(), inMemory()]).toEqual([
    [0, 1, 2, 3, 4, 5, 6],
    [5, 6],
  ]);
  disk.refuse = () => undefined;
  leave(0);
  append(7, 7);
  expect([waiting(), inMemory()]).toEqual([
    [1, 2, 3, 4, 5, 6, 7],
    [6, 7],
  ]);
});

test('where deleting gives no room, each report in memory costs the backlog one at the most', () => {
  const { disk, append, waiting, inMemory } = createScene({ maxMemoryReports: 2 });
  append(0, 9);
  disk.refuse = (call) => (call === 'write' ? 'ENOSPC' : undefined);
  append(10, 14);
  expect([waiting(), inMemory()]).toEqual([
    [3, 4, 5, 6, 7, 8, 9, 13, 14],
    [13, 14],
  ]);
});

test('what is newer on disk is not given for a report of a clock that was set back', () => {
  const { disk, append, waiting } = createScene({ maxMemoryReports: 2 });
  append(5, 7);
  disk.refuse = (call) => (call === 'write' ? 'ENOSPC' : undefined);
  append(0, 3);
  expect(waiting()).toEqual([2, 3, 5, 6, 7]);
});

test('a disk that takes nothing at all costs the oldest in memory', () => {
  const { disk, spool, append, waiting } = createScene({ maxMemoryReports: 2 });
  append(0, 1);
  disk.refuse = (call) => (call === 'create' ? 'EACCES' : undefined);
  append(2, 5);
  expect(waiting()).toEqual([0, 1, 4, 5]);
  expect(spool.counts().droppedReports).toBe(2);
});

test('what memory holds is written when the spool is closed and the disk takes it', () => {
  const { disk, spool, append, filesIn } = createScene();
  disk.refuse = (call) => (call === 'create' ? 'EACCES' : undefined);
  append(0, 1);
  disk.refuse = () => undefined;
  spool.close();
  expect(filesIn('pending')).toHaveLength(2);
});

test('an acknowledged report that the disk kept is removed later, and not sent again until then', async () => {
  const { disk, spool, append, waiting, maintain, filesIn } = createScene();
  append(0, 0);
  disk.refuse = (call) => (call === 'unlink' ? 'EROFS' : undefined);
  for (const entry of spool.pending()) spool.acknowledge(entry);
  disk.runUnlinks();
  disk.close(disk.create(`${folder}/rescan`, 0o600));
  await maintain();
  expect(waiting()).toEqual([]);
  expect(filesIn('pending')).toHaveLength(1);
  disk.refuse = () => undefined;
  await maintain();
  expect(filesIn('pending')).toEqual([]);
});

test('a rejected report that cannot be put aside is counted as lost, and not sent again', async () => {
  const { disk, spool, append, waiting, maintain, filesIn } = createScene();
  append(0, 0);
  disk.refuse = (call) => (call === 'rename' ? 'EACCES' : undefined);
  for (const entry of spool.pending()) spool.reject(entry, 'status 422');
  expect(spool.counts()).toMatchObject({ rejectedReports: 0, droppedReports: 1 });
  disk.close(disk.create(`${folder}/rescan`, 0o600));
  await maintain();
  expect(waiting()).toEqual([]);
  expect(filesIn('pending')).toEqual([]);
});

test('a report whose folder could not be synced waits once, and leaves no file behind', async () => {
  const { disk, spool, append, waiting, inMemory, maintain, filesIn } = createScene();
  disk.refuse = (call, path) =>
    call === 'syncFolder' && path.endsWith('pending') ? 'EIO' : undefined;
  append(0, 1);
  expect(inMemory()).toEqual([0, 1]);
  disk.close(disk.create(`${folder}/rescan`, 0o600));
  await maintain();
  expect(waiting()).toEqual([0, 1]);
  for (const entry of spool.pending()) spool.acknowledge(entry);
  disk.runUnlinks();
  expect(waiting()).toEqual([]);
  expect(filesIn('pending')).toEqual([]);
});

test('a rejected report that the disk does not let go stays, and is not counted', async () => {
  const { disk, spool, append, maintain } = createScene({ maxAsideBytes: 300 });
  append(0, 2);
  disk.refuse = (call) => (call === 'unlink' ? 'EROFS' : undefined);
  for (const entry of spool.pending()) spool.reject(entry, 'no');
  disk.close(disk.create(`${folder}/rescan`, 0o600));
  for (let turn = 0; turn < 3; turn += 1) await maintain();
  expect(spool.counts()).toMatchObject({ rejectedReports: 3, droppedReports: 0 });
});

test('reports take exactly the bytes that they may, and not one more', () => {
  const measured = createScene({});
  measured.append(0, 2);
  const bytes = measured.spool.counts().pendingBytes;
  const fitting = createScene({ maxBytes: bytes });
  fitting.append(0, 2);
  expect(fitting.waiting()).toEqual([0, 1, 2]);
  const short = createScene({ maxBytes: bytes - 1 });
  short.append(0, 2);
  expect(short.waiting()).toEqual([1, 2]);
});

test('a report that somebody deleted makes room, and is not counted as lost', () => {
  const { disk, spool, append, waiting, filesIn } = createScene({ maxBytes: 700 });
  append(0, 2);
  disk.unlink(filesIn('pending')[0] ?? '');
  append(3, 4);
  expect(waiting()).toEqual([2, 3, 4]);
  expect(spool.counts().droppedReports).toBe(1);
});

test('what is put aside stays within its bytes, the oldest out first', () => {
  const { disk, spool, append, filesIn } = createScene({ maxAsideBytes: 700 });
  append(0, 9);
  for (const entry of spool.pending()) spool.reject(entry, 'no');
  expect(spool.counts()).toMatchObject({ rejectedReports: 3, droppedReports: 7 });
  expect(filesIn('rejected')).toEqual([
    ...[7, 8, 9].flatMap((number) => [
      expect.stringContaining(`${epoch + number}`),
      expect.stringContaining(`${epoch + number}`),
    ]),
  ]);
  append(10, 19);
  for (const entry of spool.pending()) {
    const file = disk.create(`${folder}/pending/${entry.key}.report`, 0o600);
    disk.write(file, Buffer.from('garbage '.repeat(20)));
    spool.read(entry);
  }
  expect(filesIn('damaged')).toHaveLength(4);
  expect(spool.counts().damagedFiles).toBe(4);
});
