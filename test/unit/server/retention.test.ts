import { expect, test } from '@jest/globals';
import { createRetention } from '../../../server-example/retention.ts';
import type { PruneLimits } from '../../../server-example/store.ts';

const day = 86_400;
const hour = 3600;
/** A whole hour, and some seconds of it. */
const thisHour = 1_795_000_000 - (1_795_000_000 % hour);
const now = thisHour + 1234;

test('a pass folds step by step until nothing is left, with the limits that were set, in whole hours', async () => {
  const seen: PruneLimits[] = [];
  const steps = [500, 500, 20];
  const retention = createRetention({
    store: {
      prune: async (limits) => {
        seen.push(limits);
        return { reportsFolded: steps[seen.length - 1] ?? 0, more: seen.length < steps.length };
      },
    },
    now: () => now,
    log: () => {},
    keepReportsDays: 14,
    keepHourlyDays: 100,
    pauseMs: 1,
  });
  expect(await retention.run()).toBe(1020);
  expect(seen).toEqual(
    steps.map(() => ({ receivedBefore: thisHour - 14 * day, hourlyBefore: thisHour - 100 * day })),
  );
});

test('a store that fails is logged, and the next pass tries again', async () => {
  const logged: string[] = [];
  let passes = 0;
  let resolveSecond = (): void => {};
  const second = new Promise<void>((resolve) => {
    resolveSecond = resolve;
  });
  const retention = createRetention({
    store: {
      prune: async () => {
        passes += 1;
        if (passes === 1) throw new Error('disk full');
        resolveSecond();
        return { reportsFolded: 3, more: false };
      },
    },
    now: () => now,
    log: (line) => logged.push(line),
    keepReportsDays: 1,
    keepHourlyDays: 1,
    periodMs: 1,
  });
  retention.start();
  await second;
  await retention.close();
  expect(logged).toEqual(['retention: disk full', 'retention: 3 reports folded into hours']);
});

test('within an hour there is one whole pass, and a pass that failed is no whole one', async () => {
  let time = now;
  let passes = 0;
  const retention = createRetention({
    store: {
      prune: async () => {
        passes += 1;
        if (passes === 1) throw new Error('away');
        return { reportsFolded: 1, more: false };
      },
    },
    now: () => time,
    log: () => {},
    keepReportsDays: 1,
    keepHourlyDays: 1,
  });
  await expect(retention.run()).rejects.toThrow('away');
  expect(await retention.run()).toBe(1);
  expect(await retention.run()).toBe(0);
  time = thisHour + hour;
  expect(await retention.run()).toBe(1);
  expect(passes).toBe(3);
});
