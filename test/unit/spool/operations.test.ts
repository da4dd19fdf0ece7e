import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Disk } from '../../../src/base/disk.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { createSpool } from '../../../src/spool/create-spool.ts';
import {
  dropReports,
  listSpool,
  retryRejected,
  showReport,
  verifySpool,
} from '../../../src/spool/operations.ts';
import { createManualClock } from '../../support/clocks.ts';
import { realDisk } from '../../support/real-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const epoch = 1_800_000_000;

/** A running agent's spool: reports 0 and 1 wait, 2 and 3 are rejected. */
function createScene() {
  const folder = temporaryFolder();
  const clock = createManualClock();
  const spool = createSpool({ disk: realDisk, folder, pid: 4242, clock, logger: silentLogger });
  const [a, b, c, d] = [0, 1, 2, 3].map((number) =>
    spool.append(epoch + number, Buffer.from(`{"number":${number}}`)),
  );
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error();
  spool.reject(c, 'status 422: no');
  spool.reject(d, 'status 400');
  const look = async () => {
    await clock.advance(2000);
    spool.maintain();
    return spool.counts();
  };
  return { folder, spool, look, keys: { a: a.key, b: b.key, c: c.key, d: d.key } };
}

/** The call as it is, but refused at that path, or at all. */
function refuses<Words extends readonly unknown[], Value>(
  code: string,
  path: string | undefined,
  call: (...words: Words) => Value,
): (...words: Words) => Value {
  return (...words) => {
    if (path === undefined || words[0] === path) {
      throw Object.assign(new Error(`${code}: refused`), { code });
    }
    return call(...words);
  };
}

test('list shows what waits, what was rejected and why, while the agent runs', () => {
  const { folder, spool, keys } = createScene();
  const listing = listSpool(realDisk, folder);
  expect(listing.pending.map((entry) => entry.key)).toEqual([keys.a, keys.b]);
  expect(listing.rejected.map((entry) => [entry.key, entry.reason])).toEqual([
    [keys.c, 'status 422: no'],
    [keys.d, 'status 400'],
  ]);
  expect(listing.damaged).toEqual([]);
  expect(listing.ownerPid).toBe(4242);
  spool.close();
});

test('a folder that does not exist lists as empty', () => {
  expect(listSpool(realDisk, join(temporaryFolder(), 'none'))).toEqual({
    pending: [],
    rejected: [],
    damaged: [],
    ownerPid: undefined,
  });
});

test('show gives the JSON as it goes to the server', () => {
  const { folder, spool, keys } = createScene();
  expect(showReport(realDisk, folder, keys.a)).toEqual({
    state: 'pending',
    reason: undefined,
    body: '{"number":0}',
  });
  expect(showReport(realDisk, folder, keys.c)).toMatchObject({
    state: 'rejected',
    reason: 'status 422: no',
  });
  spool.close();
});

test('what is no key, and what is not there, are told apart', () => {
  const { folder, spool } = createScene();
  const show = (key: string) => () => showReport(realDisk, folder, key);
  expect(show('../../etc/passwd')).toThrow(
    expect.objectContaining({
      ...{ code: 'USAGE', operation: 'find report ../../etc/passwd' },
      reason: 'this is not the key of a report',
      hint: 'A key has 12 digits, a hyphen and 16 hex digits. See them with: system-monitor spool list',
    }),
  );
  const absent = '001800000009-0123456789abcdef';
  expect(show(absent)).toThrow(
    expect.objectContaining({
      ...{ code: 'NOT_AVAILABLE', operation: `find report ${absent}` },
      reason: 'there is no such report; it may have been sent by now',
    }),
  );
  expect(() => retryRejected(realDisk, folder, [absent])).toThrow(
    expect.objectContaining({ code: 'NOT_AVAILABLE' }),
  );
  spool.close();
});

test('a damaged report is told as such, by show and by verify', () => {
  const { folder, spool, keys } = createScene();
  const file = join(folder, 'pending', `${keys.a}.report`);
  truncateSync(file, 130);
  expect(() => showReport(realDisk, folder, keys.a)).toThrow(
    expect.objectContaining({
      ...{ code: 'MALFORMED', operation: `read ${keys.a}` },
      reason: expect.stringContaining('bytes instead of the 12'),
    }),
  );
  const unreadable: Disk = { ...realDisk, read: refuses('EIO', file, realDisk.read) };
  expect(verifySpool(unreadable, folder).damaged).toEqual([
    { name: join('pending', `${keys.a}.report`), reason: expect.stringContaining('EIO') },
  ]);
  spool.close();
});

test('a reason that is gone takes no report with it', () => {
  const { folder, spool, keys } = createScene();
  rmSync(join(folder, 'rejected', `${keys.c}.reason`));
  expect(listSpool(realDisk, folder).rejected).toMatchObject([
    { key: keys.c, reason: undefined },
    { key: keys.d, reason: 'status 400' },
  ]);
  spool.close();
});

test('what the disk refuses is told by what was to be done, and to whom it is allowed', () => {
  const { folder, spool, keys } = createScene();
  const hint = 'Run this as the user that the agent runs as.';
  const diskWithout = (call: 'rename' | 'unlink' | 'syncFolder'): Disk => ({
    ...realDisk,
    [call]: refuses('EACCES', undefined, realDisk[call]),
  });
  expect(() => retryRejected(diskWithout('rename'), folder, 'all')).toThrow(
    expect.objectContaining({ code: 'PERMISSION', operation: `queue ${keys.c} again`, hint }),
  );
  const pending = { state: 'pending', keys: [keys.a] } as const;
  expect(() => dropReports(diskWithout('unlink'), folder, pending)).toThrow(
    expect.objectContaining({
      ...{ code: 'PERMISSION', hint },
      operation: `delete ${join(folder, 'pending', `${keys.a}.report`)}`,
    }),
  );
  expect(() => dropReports(diskWithout('syncFolder'), folder, pending)).toThrow(
    expect.objectContaining({
      code: 'PERMISSION',
      operation: 'tell the agent about the change',
    }),
  );
  spool.close();
});

test('retry puts rejected reports back in line, and the running agent takes them', async () => {
  const { folder, spool, look, keys } = createScene();
  expect(retryRejected(realDisk, folder, [keys.c])).toBe(1);
  expect(await look()).toMatchObject({ pendingReports: 3, rejectedReports: 1 });
  expect(retryRejected(realDisk, folder, 'all')).toBe(1);
  expect(await look()).toMatchObject({ pendingReports: 4, rejectedReports: 0 });
  expect(spool.newest()?.key).toBe(keys.d);
  expect(listSpool(realDisk, folder).rejected).toEqual([]);
  expect(readdirSync(join(folder, 'rejected'))).toEqual([]);
  spool.close();
});

test('drop deletes what was chosen and nothing else', async () => {
  const { folder, spool, look, keys } = createScene();
  expect(dropReports(realDisk, folder, { state: 'pending', keys: [keys.a] })).toBe(1);
  expect(await look()).toMatchObject({ pendingReports: 1, rejectedReports: 2, droppedReports: 0 });
  expect(dropReports(realDisk, folder, { state: 'rejected', keys: 'all' })).toBe(2);
  expect(await look()).toMatchObject({ pendingReports: 1, rejectedReports: 0 });
  expect(readdirSync(join(folder, 'rejected'))).toEqual([]);
  expect(listSpool(realDisk, folder).pending.map((entry) => entry.key)).toEqual([keys.b]);
  spool.close();
});

test('verify names what is damaged and moves nothing', () => {
  const { folder, spool, keys } = createScene();
  truncateSync(join(folder, 'pending', `${keys.a}.report`), 130);
  writeFileSync(join(folder, 'pending', 'stray'), 'x');
  const result = verifySpool(realDisk, folder);
  expect(result.checkedReports).toBe(4);
  expect(result.damaged.map((one) => one.name)).toEqual([
    join('pending', 'stray'),
    join('pending', `${keys.a}.report`),
  ]);
  expect(result.damaged[0]?.reason).toBe('it is not a report');
  expect(result.damaged[1]?.reason).toMatch(/bytes instead of the 12 that were written/);
  expect(listSpool(realDisk, folder).pending).toHaveLength(2);
  spool.close();
});

test('verify tells what stands in place of a folder', () => {
  const { folder, spool } = createScene();
  rmSync(join(folder, 'damaged'), { recursive: true });
  writeFileSync(join(folder, 'damaged'), 'x');
  expect(() => verifySpool(realDisk, folder)).toThrow(
    expect.objectContaining({ name: 'MonitorError', operation: `read ${folder}` }),
  );
  spool.close();
});

test('damaged files are dropped at a word', () => {
  const { folder, spool, keys } = createScene();
  truncateSync(join(folder, 'pending', `${keys.a}.report`), 130);
  for (const entry of spool.pending()) spool.read(entry);
  expect(listSpool(realDisk, folder).damaged).toEqual([
    { name: `${keys.a}.report`, sizeBytes: 130 },
  ]);
  expect(dropReports(realDisk, folder, { state: 'damaged' })).toBe(1);
  expect(listSpool(realDisk, folder).damaged).toEqual([]);
  spool.close();
});
