/** A configuration file that has gone, or cannot be used, is not forgotten. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { keepHouse } from '../../../src/background/housekeeping.ts';
import type { InForce } from '../../../src/background/reload.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { createManualClock } from '../../support/clocks.ts';
import { realDisk } from '../../support/real-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function createHouse() {
  const clock = createManualClock();
  const configurationFile = join(temporaryFolder(), 'config.json');
  writeFileSync(configurationFile, '{}');
  const end = new AbortController();
  const inForce: InForce = {
    ...{ settings: defaultSettings, systemId: 'A', hasFile: true },
    ...{ waitsBecause: undefined, trouble: undefined },
    collecting: {
      collect: () => new Promise(() => {}),
      health: () => ({ parts: new Map(), remarks: [] }),
      close: () => {},
    },
  };
  const house = { reloads: 0, saves: 0, isMissing: false };
  const done = keepHouse(
    {
      ...{ inForce, configurationFile },
      runtime: {
        ...{ clock, disk: realDisk, pid: 1, random: () => 0 },
        ...{ usage: () => ({ cpuSeconds: 0, residentBytes: 0 }) },
        ...{ onSignal: () => () => {}, onUncaught: () => () => {} },
      },
      saveStatus: () => {
        house.saves += 1;
      },
      reload: () => {
        house.reloads += 1;
        const trouble = { sinceMs: clock.epochMs(), reason: 'it is missing' };
        inForce.trouble = house.isMissing ? (inForce.trouble ?? trouble) : undefined;
      },
    },
    end.signal,
  );
  return {
    clock,
    house,
    remove: () => {
      house.isMissing = true;
      rmSync(configurationFile);
    },
    put: () => {
      house.isMissing = false;
      writeFileSync(configurationFile, '{"interval": 5}');
    },
    async end() {
      end.abort();
      await done;
    },
  };
}

test('a file that has gone is told at once, and then every hour until it is back', async () => {
  const { clock, house, remove, put, end } = createHouse();
  await clock.advance(minuteMs);
  expect(house).toMatchObject({ reloads: 0, saves: 21 });
  remove();
  await clock.advance(3000);
  expect(house.reloads).toBe(1);
  await clock.advance(hourMs - minuteMs);
  expect(house.reloads).toBe(1);
  await clock.advance(minuteMs);
  expect(house.reloads).toBe(2);
  await clock.advance(3 * hourMs);
  expect(house.reloads).toBe(5);
  put();
  await clock.advance(3000);
  expect(house.reloads).toBe(6);
  await clock.advance(5 * hourMs);
  expect(house.reloads).toBe(6);
  await end();
});

test('a clock that is set back does not silence it for longer than an hour', async () => {
  const { clock, house, remove, end } = createHouse();
  remove();
  await clock.advance(3000);
  clock.setEpochMs(clock.epochMs() - 24 * hourMs);
  await clock.advance(hourMs + 3000);
  expect(house.reloads).toBe(2);
  await end();
});
