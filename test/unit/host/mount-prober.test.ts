import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { createMountProber, type MountProber } from '../../../src/host/linux/mount-prober.ts';
import type { Mount } from '../../../src/host/linux/mountinfo.ts';
import { systemClock } from '../../support/clocks.ts';

/** A mount is dead while `<folder>/dead` exists, and says how often it was asked. */
const probeScript = `
echo asked >> "$1/asked"
while [ -e "$1/dead" ]; do sleep 0.02; done
if [ -e "$1/refused" ]; then echo "stat: cannot read '$1': Permission denied" >&2; exit 1; fi
echo "4096 100 60 50"
`;
const commands = [['/bin/sh', '-c', probeScript, 'probe']];
const figures = {
  blocks: { fragmentBytes: 4096, blocks: 100, blocksFree: 60, blocksAvailable: 50 },
};
/** Long enough for any machine; a test that needs it to pass uses `shortWaitMs`. */
const longWaitMs = 30_000;
const shortWaitMs = 100;

let folder: string;
let prober: MountProber;
let logged: string[];
/** Added to the machine's own time, so that minutes pass at once. */
let laterMs: number;

const logger: Logger = {
  ...silentLogger,
  info: (event) => void logged.push(event),
  warn: (event) => void logged.push(event),
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prober-'));
  logged = [];
  laterMs = 0;
  const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + laterMs };
  prober = createMountProber({ clock, logger, commands });
});
afterEach(() => {
  prober.close();
  rmSync(folder, { recursive: true });
});

function mountAt(mountPoint: string): Mount {
  return {
    id: 7,
    parentId: 1,
    deviceNumber: '0:44',
    root: '/',
    mountPoint,
    mountPointBytes: mountPoint,
    fileSystem: 'fuseblk',
    source: '/dev/sdb1',
  };
}
const timesAsked = (): number => {
  const path = join(folder, 'asked');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
};
const setDead = (dead: boolean): void => {
  if (dead) writeFileSync(join(folder, 'dead'), '');
  else rmSync(join(folder, 'dead'));
};
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(10);
}

test('a mount that answers in time gives its figures', async () => {
  expect(await prober.ask(mountAt(folder), longWaitMs)).toEqual(figures);
  expect(prober.stuck()).toEqual([]);
});

test('a mount that answers with an error says why it gives none, and is not stuck', async () => {
  writeFileSync(join(folder, 'refused'), '');
  const answer = await prober.ask(mountAt(folder), longWaitMs);
  expect(answer).toEqual({ reason: 'Permission denied' });
  expect(prober.stuck()).toEqual([]);
});

test('a dead mount is named once, asked once, and left alone until it answers', async () => {
  setDead(true);
  for (let sample = 0; sample < 4; sample += 1) {
    expect(await prober.ask(mountAt(folder), shortWaitMs)).toBeUndefined();
    expect(prober.stuck()).toEqual([folder]);
  }
  await until(() => timesAsked() > 0);
  expect(timesAsked()).toBe(1);
  expect(logged).toEqual(['mount.stuck']);

  setDead(false);
  await until(() => prober.stuck().length === 0);
  expect(await prober.ask(mountAt(folder), longWaitMs)).toEqual(figures);
  expect(logged).toEqual(['mount.stuck', 'mount.recovered']);
});

test('an answer that came too late for its sample serves the next one if that is late as well', async () => {
  setDead(true);
  expect(await prober.ask(mountAt(folder), shortWaitMs)).toBeUndefined();
  setDead(false);
  await until(() => prober.stuck().length === 0);
  setDead(true);
  expect(await prober.ask(mountAt(folder), shortWaitMs)).toEqual(figures);
  expect(logged).toEqual([]);
});

test('a late answer that is minutes old is not used', async () => {
  setDead(true);
  expect(await prober.ask(mountAt(folder), shortWaitMs)).toBeUndefined();
  setDead(false);
  await until(() => prober.stuck().length === 0);
  setDead(true);
  laterMs = 121_000;
  expect(await prober.ask(mountAt(folder), shortWaitMs)).toBeUndefined();
});

test('a watchman of ten minutes gives way to another one, whom nobody waits for', async () => {
  setDead(true);
  await prober.ask(mountAt(folder), shortWaitMs);
  laterMs = 601_000;
  // The first ask ends the old one; one of the next finds it gone and sends another.
  while (timesAsked() < 2) {
    expect(await prober.ask(mountAt(folder), longWaitMs)).toBeUndefined();
    await systemClock.sleep(10);
  }
  expect(prober.stuck()).toEqual([folder]);
  expect(logged).toEqual(['mount.stuck']);
});

test('a mount that is gone is forgotten, and its watchman ended', async () => {
  setDead(true);
  await prober.ask(mountAt(folder), shortWaitMs);
  prober.retain([]);
  expect(prober.stuck()).toEqual([]);
  setDead(false);
  expect(await prober.ask(mountAt(folder), longWaitMs)).toEqual(figures);
});

test('another mount at the same place is asked anew', async () => {
  setDead(true);
  await prober.ask(mountAt(folder), shortWaitMs);
  setDead(false);
  const other = { ...mountAt(folder), id: 8 };
  expect(await prober.ask(other, longWaitMs)).toEqual(figures);
});

test('a program that is missing is passed over for the next one', async () => {
  const second = createMountProber({
    clock: systemClock,
    logger,
    commands: [['/nonexistent/stat'], ['/etc'], ...commands],
  });
  expect(await second.ask(mountAt(folder), longWaitMs)).toEqual(figures);
  second.close();
});

test('without any program that can be started there are no figures, and nothing hangs', async () => {
  const none = createMountProber({ clock: systemClock, logger, commands: [['/nonexistent/stat']] });
  expect(await none.ask(mountAt(folder), longWaitMs)).toEqual({
    reason: 'no program that asks it can be started',
  });
  expect(none.stuck()).toEqual([]);
});

test('a mount point that cannot be an argument is not asked, and that is said', async () => {
  const mount = { ...mountAt('/media/\ufffd'), mountPointBytes: '/media/\xff' };
  expect(await prober.ask(mount, longWaitMs)).toEqual({
    reason: 'its path is no UTF-8, and no program can be given it',
  });
});
