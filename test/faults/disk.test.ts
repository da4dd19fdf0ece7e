import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFaultScene } from '../support/fault-scene.ts';
import { accept } from '../support/ledger-receiver.ts';
import { asRoot, onPlatform, testWith } from '../support/requirement.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

const rootOnLinux = [onPlatform('linux'), asRoot()];

testWith(rootOnLinux, 'on a disk too small the newest take the place of the oldest', async () => {
  const scene = await createFaultScene();
  const { receiver, account } = scene;
  const disk = mountSmallDisk('size=512k');
  receiver.behave(() => ({ kind: 'answer', status: 503 }));
  const agent = { folder: join(disk.folder, 'spool'), padding: 5000 };
  const running = await scene.start(agent);
  await running.until(() => account.durable.size > 150, 'more was collected than fits');
  expect(account.memory.size).toBe(0);
  running.child.kill('SIGKILL');
  await running.ended;
  receiver.behave(() => accept);
  await scene.drain(agent);
  expect(account.logs.map((line) => line.event)).toContain('spool.dropped');
  const missing = scene.missing();
  expect(missing.length).toBeGreaterThan(0);
  expect(scene.onlyTheOldestAreMissing()).toBe(true);
  expect(receiver.storedKeys.size).toBeGreaterThan(20);
});

testWith(rootOnLinux, 'a disk that takes no file more costs the oldest, and recovers', async () => {
  const scene = await createFaultScene();
  const { receiver, account } = scene;
  // Bytes are free, but there is no inode left: the refusal cannot be foreseen.
  const disk = mountSmallDisk('size=8m,nr_inodes=40');
  receiver.behave(() => ({ kind: 'answer', status: 503 }));
  const agent = { folder: join(disk.folder, 'spool'), spool: { maxMemoryReports: 10 } };
  const running = await scene.start(agent);
  await running.until(() => account.memory.size > 0, 'the disk refuses');
  const refusedAt = account.nextNumber;
  await running.until(() => account.nextNumber > refusedAt + 60, 'collecting goes on');
  disk.remount('nr_inodes=4000');
  const durableBefore = account.durable.size;
  await running.until(() => account.durable.size > durableBefore + 20, 'the disk takes reports');
  running.child.kill('SIGKILL');
  await running.ended;
  receiver.behave(() => accept);
  await scene.drain(agent);
  const events = account.logs.map((line) => line.event);
  expect(events).toContain('spool.disk_recovered');
  expect(events).toContain('spool.dropped');
  expect(scene.rekeyed()).toEqual([]);
  // What memory held when the disk recovered has arrived too; only the oldest have not.
  const arrived = [...receiver.keysByNumber.keys()];
  expect(arrived.some((number) => account.memory.has(number))).toBe(true);
  const collected = account.durable.size + account.memory.size;
  expect(scene.onlyTheOldestAreMissing()).toBe(true);
  expect(arrived.length).toBeGreaterThan(20);
  expect(arrived.length).toBeLessThan(collected);
});

testWith(
  rootOnLinux,
  'a start on a read-only disk collects and sends, then writes again',
  async () => {
    const scene = await createFaultScene();
    const { receiver, account } = scene;
    const disk = mountSmallDisk('size=4m,ro');
    const running = await scene.start({ folder: join(disk.folder, 'spool') });
    await running.until(() => receiver.storedKeys.size > 5, 'reports arrive from memory');
    expect(account.durable.size).toBe(0);
    expect(account.logs[0]).toMatchObject({
      event: 'spool.disk_refused',
      reason: expect.stringContaining('read-only file system'),
    });
    disk.remount('rw');
    await running.until(() => account.durable.size > 5, 'reports are durable');
    running.child.kill('SIGTERM');
    await running.ended;
    await scene.drain({ folder: join(disk.folder, 'spool') });
    expect(scene.missing()).toEqual([]);
    expect(scene.rekeyed()).toEqual([]);
  },
);

test('a folder deleted under a running agent stops nothing', async () => {
  const scene = await createFaultScene();
  const { account, receiver } = scene;
  const running = await scene.start();
  await running.until(() => receiver.storedKeys.size > 5, 'reports arrive');
  rmSync(scene.spoolFolder, { recursive: true });
  const before = account.nextNumber;
  const arrived = () => [...receiver.keysByNumber.keys()].some((number) => number > before + 10);
  await running.until(arrived, 'reports arrive again');
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
  expect(account.memory.size).toBe(0);
  expect(readdirSync(scene.spoolFolder)).toContain('lock');
});

test('two agents on one folder: the second ends and says whose it is', async () => {
  const scene = await createFaultScene();
  const first = await scene.start();
  const second = await scene.start();
  expect(await second.ended).toBe(1);
  expect(second.complaint()).toContain(
    `another process (pid ${first.child.pid}) is using this folder`,
  );
  expect(first.child.exitCode).toBeNull();
});

test('damaged, foreign and empty files cost no start and no other report', async () => {
  const scene = await createFaultScene();
  const { receiver, account } = scene;
  receiver.behave(() => ({ kind: 'answer', status: 503 }));
  const running = await scene.start();
  await running.until(() => account.durable.size > 30, 'a backlog is there');
  running.child.kill('SIGKILL');
  await running.ended;
  const pending = join(scene.spoolFolder, 'pending');
  const names = readdirSync(pending).filter((name) => name.endsWith('.report'));
  const [truncated, emptied, flipped] = names;
  if (truncated === undefined || emptied === undefined || flipped === undefined) throw new Error();
  writeFileSync(join(pending, truncated), 'system-monitor-report 1 ');
  writeFileSync(join(pending, emptied), '');
  writeFileSync(join(pending, flipped), 'x', { flag: 'r+' });
  writeFileSync(join(pending, 'core'), Buffer.alloc(1000));
  receiver.behave(() => accept);
  await scene.drain();
  const broken = [truncated, emptied, flipped].map((name) => name.replace('.report', ''));
  const missing = scene.missing().map((number) => account.durable.get(number));
  expect(missing.sort()).toEqual(broken.sort());
  expect(readdirSync(join(scene.spoolFolder, 'damaged')).sort()).toEqual(
    [truncated, emptied, flipped, 'core'].sort(),
  );
});
