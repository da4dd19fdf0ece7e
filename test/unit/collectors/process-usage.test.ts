/** CPU use and memory of processes: between two samples, in order, and never sent. */
import { expect, test } from '@jest/globals';
import { arrangeProcesses } from '../../../src/collectors/processes/arrange.ts';
import {
  type Process,
  processes as row,
  type UsedProcess,
} from '../../../src/collectors/processes/index.ts';
import { type CpuCounters, createProcessUsages } from '../../../src/collectors/processes/usage.ts';
import { processesSchema } from '../../../src/wire/stats.ts';
import { createManualClock } from '../../support/clocks.ts';

const init: Process = { pid: 1, name: 'init', username: 'root' };
const work: Process = { pid: 7, name: 'work', username: 'ann' };

/** A machine whose counters a test sets, and how often they were all read. */
function createMachine() {
  const clock = createManualClock();
  const counters = new Map<number, CpuCounters & { readonly rssBytes: number }>([
    [1, { start: 0, cpuSeconds: 2, rssBytes: 1000 }],
    [7, { start: 50, cpuSeconds: 10, rssBytes: 2000 }],
  ]);
  let readings = 0;
  const usages = createProcessUsages(clock, () => {
    readings += 1;
    return {
      cpu: (pid) => counters.get(pid),
      rssBytes: (pid) => counters.get(pid)?.rssBytes,
    };
  });
  async function sample(list: readonly Process[] = [init, work]): Promise<unknown> {
    const prepared = usages.prepare(async () => counters.keys());
    await clock.advance(150);
    await prepared;
    return await usages.addTo([...list]);
  }
  return { clock, counters, usages, sample, readings: () => readings };
}

test('the first sample takes a window of 150 ms, the next ones measure since the one before', async () => {
  const { clock, counters, usages, sample, readings } = createMachine();
  const prepared = usages.prepare(async () => counters.keys());
  await clock.advance(149);
  expect(clock.sleeping()).toEqual([1]);
  counters.set(7, { start: 50, cpuSeconds: 10.03, rssBytes: 2500 });
  await clock.advance(1);
  await prepared;
  expect(await usages.addTo([init, work])).toEqual([
    { ...init, cpu_percent: 0, rss_bytes: 1000 },
    { ...work, cpu_percent: 20, rss_bytes: 2500 },
  ]);
  expect(readings()).toBe(2);

  await clock.advance(1850);
  counters.set(7, { start: 50, cpuSeconds: 14.03, rssBytes: 2000 });
  expect(await sample()).toMatchObject([{ cpu_percent: 0 }, { cpu_percent: 200 }]);
  expect(readings()).toBe(3);
});

test('a process that began meanwhile, or has another’s pid, has memory and no CPU use yet', async () => {
  const { counters, sample } = createMachine();
  await sample();
  counters.set(7, { start: 99, cpuSeconds: 20, rssBytes: 3000 });
  counters.set(8, { start: 99, cpuSeconds: 1, rssBytes: 4000 });
  const fresh = { pid: 8, name: 'new', username: 'ann' };
  expect(await sample([work, fresh])).toEqual([
    { ...work, rss_bytes: 3000 },
    { ...fresh, rss_bytes: 4000 },
  ]);
});

test('counters that went back give no use, and a process that does not tell stays as it is', async () => {
  const { counters, sample } = createMachine();
  await sample();
  counters.set(7, { start: 50, cpuSeconds: 9, rssBytes: 2000 });
  counters.delete(1);
  expect(await sample()).toEqual([init, { ...work, rss_bytes: 2000 }]);
});

test('a count, or no list, has no usage', async () => {
  const { usages } = createMachine();
  expect(await usages.addTo({ count: 3 })).toEqual({ count: 3 });
});

const used: UsedProcess[] = [
  { pid: 1, name: 'init', username: 'root', cpu_percent: 0, rss_bytes: 500 },
  { pid: 2, name: 'Zsh', username: 'ann', rss_bytes: 900 },
  { pid: 3, name: 'awk', username: 'ann', cpu_percent: 80, rss_bytes: 100 },
  { pid: 4, name: 'awk', username: 'ann' },
];

test.each([
  ['cpu', [3, 1, 2, 4]],
  ['memory', [2, 1, 3, 4]],
  ['name', [3, 4, 1, 2]],
  ['pid', [1, 2, 3, 4]],
  [undefined, [1, 2, 3, 4]],
])('sorted by %s', (sort, pids) => {
  const view = sort === undefined ? {} : { sort };
  expect(arrangeProcesses(used, view)).toEqual(
    pids.map((pid) => used.find((one) => one.pid === pid)),
  );
  expect(arrangeProcesses(used, { ...view, limit: 2 })).toEqual(
    pids.slice(0, 2).map((pid) => used.find((one) => one.pid === pid)),
  );
});

test('what no process tells cannot be sorted by, and a number of processes needs no order', () => {
  expect(() => arrangeProcesses([init, work], { sort: 'cpu' })).toThrow(
    expect.objectContaining({ code: 'NOT_AVAILABLE' }),
  );
  expect(arrangeProcesses([], { sort: 'cpu' })).toEqual([]);
  expect(arrangeProcesses({ count: 9 }, { sort: 'memory', limit: 1 })).toEqual({ count: 9 });
});

test('usage is never sent, and a list without it is passed on as it is', () => {
  expect(processesSchema.parse(row.toWire(used))).toEqual(
    used.map(({ pid, name }) => ({ pid, name, username: pid === 1 ? 'root' : 'ann' })),
  );
  const names = [{ pid: 4, name: 'awk', cpu_percent: 3, rss_bytes: 9 }];
  expect(processesSchema.parse(row.toWire(names))).toEqual([{ pid: 4, name: 'awk' }]);
  const plain = [init, work];
  expect(row.toWire(plain)).toBe(plain);
});
