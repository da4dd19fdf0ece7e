/** Long work is done in slices, and large reports are read elsewhere: others have their turn. */
import { afterEach, expect, test } from '@jest/globals';
import { fleetSchema } from '../../../server-example/api-schemas.ts';
import { createFleetReader } from '../../../server-example/fleet.ts';
import { readHistory } from '../../../server-example/history.ts';
import { createMetrics } from '../../../server-example/metrics.ts';
import { createReader, type Reader } from '../../../server-example/reader.ts';
import { atATime } from '../../../server-example/slices.ts';
import type { HistoryPoint } from '../../../server-example/store.ts';
import { startReceiver } from '../../support/receiver.ts';
import { exampleIncoming, exampleReport, exampleStats } from '../../support/report.ts';

const readers: Reader[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
});

function startReader(): Reader {
  const reader = createReader();
  readers.push(reader);
  return reader;
}

/** How often everybody else had a turn while `work` was done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let immediate = setImmediate(function count() {
    turns += 1;
    immediate = setImmediate(count);
  });
  try {
    await work();
  } finally {
    clearImmediate(immediate);
  }
  return turns;
}

test('a list of thousands of systems, and their metrics, give way to others', async () => {
  await using receiver = await startReceiver();
  const stats = exampleStats();
  await receiver.store.insert(
    Array.from({ length: 5000 }, (_, at) =>
      exampleIncoming({
        systemId: `Linux-${at}`,
        disks: JSON.stringify(stats.disks),
        network: JSON.stringify(stats.network),
      }),
    ),
  );
  const fleet = createFleetReader({ store: receiver.store, reader: startReader(), now: () => 1 });
  let list = '';
  const turns = await turnsDuring(async () => {
    list = await fleet.list();
  });
  expect(turns).toBeGreaterThan(0);
  expect(fleetSchema.parse(JSON.parse(list)).systems).toHaveLength(5000);

  let text = '';
  const metrics = createMetrics();
  const turnsOfMetrics = await turnsDuring(async () => {
    text = await metrics.render(fleet.all(), 0);
  });
  expect(turnsOfMetrics).toBeGreaterThan(0);
  expect(text.match(/^system_monitor_processes\{/gm)).toHaveLength(5000);
});

test('who asks for the list while it is made gets the same, and who asks later a new one', async () => {
  let asked = 0;
  const store = {
    systemIds: async () => {
      asked += 1;
      return ['a'];
    },
    systems: async () => [{ id: 'a', name: null, registeredAt: 1, newest: null }],
    newestReport: async () => undefined,
  };
  const fleet = createFleetReader({ store, reader: startReader(), now: () => 1 });
  const [one, other] = await Promise.all([fleet.list(), fleet.list()]);
  expect([one === other, asked]).toEqual([true, 1]);
  await fleet.list();
  expect(asked).toBe(2);
});

test('a chart of many points and many disks gives way to others', async () => {
  const disks = JSON.stringify(
    Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [
        `disk${at}`,
        { file_system: 'ext4', mount_point: `/${at}`, total: 200, used: at, free: 100 },
      ]),
    ),
  );
  const points = Array.from(
    { length: 500 },
    (_, at): HistoryPoint => ({
      epoch: at,
      reports: 1,
      cpuPercentAverage: 1,
      cpuPercentMax: 1,
      memoryPercentAverage: 1,
      memoryPercentMax: 1,
      disks,
      network: '{}',
    }),
  );
  const request = { systemId: 'a', from: 0, to: 500, intervalSeconds: 1, points: 500 };
  const turns = await turnsDuring(() => readHistory({ history: async () => points }, request));
  expect(turns).toBeGreaterThan(1);
});

test('a small request is read at once, a large one by another thread', async () => {
  const reader = startReader();
  const small = JSON.stringify(exampleReport());
  expect(reader.read(small, 'a')).toMatchObject({ action: 'send_stats' });

  const processes = Array.from({ length: 20_000 }, (_, at) => ({ pid: at, name: `p${at}` }));
  const large = JSON.stringify({
    ...exampleReport(),
    stats: { ...exampleStats(), processes },
  });
  const reading = reader.read(large, 'a');
  expect(reading).toHaveProperty('then');
  expect(await reading).toMatchObject({ action: 'send_stats', report: { processCount: 20_000 } });
  const parts = JSON.parse(await reader.describeParts(large));
  expect(parts.processes).toHaveLength(20_000);
  const damaged = await reader.read(`${large}]`, 'a');
  expect(damaged).toEqual({
    action: 'refused',
    reason: 'the body is not JSON',
    ofReport: false,
  });
});

test('one sender’s large requests leave room for those of others', async () => {
  const reader = startReader();
  const large = JSON.stringify({ action: 'check_url', padding: 'x'.repeat(6_000_000) });
  const mine = Array.from({ length: 5 }, () => reader.read(large, 'mine'));
  const other = reader.read(large, 'other');
  const results = await Promise.allSettled(mine);
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
    'rejected',
  ]);
  expect(await other).toEqual({ action: 'check_url' });
});

test('so many run at a time as may, and the others in the order in which they came', async () => {
  const inTurn = atATime(2);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  await Promise.allSettled(
    [0, 1, 2, 3, 4, 5].map((at) =>
      inTurn(async () => {
        order.push(at);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (at === 1) throw new Error('one that fails gives its place back');
      }),
    ),
  );
  expect([most, order]).toEqual([2, [0, 1, 2, 3, 4, 5]]);
});
