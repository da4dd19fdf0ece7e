/** One sender does his worst; what the others have is what is looked at. */
import { expect, test } from '@jest/globals';
import type { Access, Caller } from '../../../server-example/access.ts';
import { detailSchema, fleetSchema, historySchema } from '../../../server-example/api-schemas.ts';
import { keptEntriesMax, reportLimits } from '../../../server-example/limits.ts';
import { permissions } from '../../../server-example/tokens.ts';
import { type RunningReceiver, startReceiver } from '../../support/receiver.ts';
import { exampleReport, exampleStats } from '../../support/report.ts';

const start = 1_795_000_000;

/** Each `Bearer NAME` is a caller of its own, who may do everything. */
function accessByName(changes: Record<string, Partial<Caller>> = {}): Access {
  return {
    asks: true,
    callerOf: ({ headers }) => {
      const key = headers.authorization?.replace('Bearer ', '') ?? '';
      return {
        key,
        permissions: new Set(permissions),
        mayReportAs: () => true,
        systemsMax: Number.POSITIVE_INFINITY,
        ...changes[key],
      };
    },
    signIn: () => 'wrong',
    signOut: () => {},
  };
}

const stranger = { authorization: 'Bearer stranger' };
const machine = { authorization: 'Bearer machine' };

function manyDisks(count: number, nameLength = 0) {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `disk${at}${'x'.repeat(nameLength)}`,
      { file_system: 'ext4', mount_point: `/mnt/${at}`, total: 200, used: at % 100, free: 100 },
    ]),
  );
}

function manyInterfaces(count: number, sent: number) {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `veth${at}`,
      { ip: '10.0.0.1', netmask: '255.0.0.0', bytes_sent: sent * at, bytes_recv: at },
    ]),
  );
}

/** How often somebody else is answered while `work` is being done, ten times at the most. */
async function answeredDuring(receiver: RunningReceiver, work: Promise<unknown>): Promise<number> {
  let done = false;
  let answered = 0;
  const others = (async () => {
    while (!done && answered < 10) {
      await (await receiver.post({ action: 'check_url' })).arrayBuffer();
      if (!done) answered += 1;
    }
  })();
  await work;
  done = true;
  await others;
  return answered;
}

test('a report of 85 000 disks is refused in words, and others are answered while it is read', async () => {
  await using receiver = await startReceiver();
  const report = JSON.stringify(
    exampleReport({ stats: exampleStats({ disks: manyDisks(85_000) }) }),
  );
  let refused: Response | undefined;
  const answered = await answeredDuring(
    receiver,
    receiver.post(report).then((response) => {
      refused = response;
    }),
  );
  expect([refused?.status, await refused?.json()]).toEqual([
    400,
    { error: 'stats.disks: 85000 entries; at most 10000 are accepted' },
  ]);
  expect(answered).toBeGreaterThan(0);
  expect(await receiver.store.systems()).toEqual([]);
});

test('a report with as much as may be is stored whole; lists and charts have what weighs most', async () => {
  await using receiver = await startReceiver({ now: () => (start + 60) * 1000 });
  const post = async (epoch: number, sent: number) => {
    const stats = exampleStats({
      disks: manyDisks(reportLimits.disks),
      network: manyInterfaces(reportLimits.interfaces, sent),
    });
    return (await receiver.post(exampleReport({ epoch, stats }))).status;
  };
  expect([await post(start, 1000), await post(start + 60, 1060)]).toEqual([200, 200]);
  const [row] = await receiver.store.systems();
  const kept = Object.keys(JSON.parse(row?.newest?.disks ?? '{}'));
  expect(kept.length).toBeGreaterThan(keptEntriesMax / 2);
  expect(kept.length).toBeLessThanOrEqual(keptEntriesMax);

  const id = exampleReport().system_id;
  const detail = detailSchema.parse(await receiver.getJson(`api/systems/${id}`));
  expect(detail.disks).toHaveLength(reportLimits.disks);
  expect(detail.disks[0]?.percent).toBe(49.7);
  expect(detail.interfaces).toHaveLength(reportLimits.interfaces);
  expect(detail.system.figures?.disk?.percent).toBe(49.7);
  expect(detail.system.figures?.sent_per_second).toBeGreaterThan(2_000_000);
  const history = historySchema.parse(await receiver.getJson(`api/systems/${id}/history?hours=1`));
  expect(Object.keys(history.disks)).toHaveLength(12);
});

test('names of any length that is taken do not grow what charts read', async () => {
  await using receiver = await startReceiver();
  const disks = manyDisks(40, 30_000);
  const answer = await receiver.post(exampleReport({ stats: exampleStats({ disks }) }));
  expect(answer.status).toBe(200);
  const [row] = await receiver.store.systems();
  expect(row?.newest?.disks.length).toBeLessThan(40_000);

  const long = { ['x'.repeat(40_000)]: { ...disks.disk0, mount_point: '/', file_system: 'ext4' } };
  const refused = await receiver.post({
    ...exampleReport(),
    stats: { ...exampleStats(), disks: long },
  });
  expect(refused.status).toBe(400);
  expect(Object(await refused.json()).error.length).toBeLessThan(200);
});

test('a hundred inventions of one second leave room for the machine’s own report', async () => {
  await using receiver = await startReceiver({ access: accessByName() });
  const forged = Array.from({ length: 300 }, (_, at) =>
    exampleReport({ url: `http://forged/${at}` }),
  );
  const answers = await Promise.all(forged.map((report) => receiver.post(report, stranger)));
  const statuses = new Set(answers.map((answer) => answer.status));
  expect([...statuses].filter((status) => ![200, 409, 429].includes(status))).toEqual([]);
  expect(answers.filter((answer) => answer.status === 200).length).toBeLessThanOrEqual(100);

  const own = await receiver.post(exampleReport(), machine);
  expect([own.status, await own.json()]).toEqual([200, { received: true, duplicate: false }]);
  const again = await receiver.post(exampleReport(), machine);
  expect(await again.json()).toEqual({ received: true, duplicate: true });
});

test('a hundred seconds that were invented beforehand take nothing from the machine’s own', async () => {
  let seconds = start;
  await using receiver = await startReceiver({
    access: accessByName(),
    now: () => seconds * 1000,
  });
  for (let at = 0; at < 100; at += 1) {
    const forged = exampleReport({ epoch: start + at, url: 'http://forged' });
    expect((await receiver.post(forged, stranger)).status).toBe(200);
  }
  for (let at = 0; at < 100; at += 1) {
    seconds = start + at;
    const own = await receiver.post(exampleReport({ epoch: start + at }), machine);
    expect([own.status, await own.json()]).toEqual([200, { received: true, duplicate: false }]);
  }
  const { systems } = fleetSchema.parse(await receiver.getJson('api/systems'));
  expect(systems[0]?.url).toBe('http://127.0.0.1:5000');
});

test('a flood of distinct reports is held back with 429 and Retry-After, and the machine’s own are taken', async () => {
  await using receiver = await startReceiver({ access: accessByName(), now: () => start * 1000 });
  const send = async (at: number, who: Record<string, string>) =>
    receiver.post(exampleReport({ epoch: start - (start % 3600) + at }), who);
  let answer = await send(0, stranger);
  let stored = 0;
  while (answer.status === 200 && stored < 1000) {
    stored += 1;
    answer = await send(stored, stranger);
  }
  expect([stored, answer.status, answer.headers.get('retry-after')]).toEqual([600, 429, '6']);
  // What is there already is no flood.
  expect((await send(stored + 1, machine)).status).toBe(200);
  const metrics = await (await fetch(new URL('metrics', receiver.url))).text();
  expect(metrics).toContain('system_monitor_receiver_reports_total{outcome="limited"} 1\n');
});

test('a report that comes again and again is no flood', async () => {
  await using receiver = await startReceiver({ now: () => start * 1000 });
  for (let times = 0; times < 35; times += 1) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => receiver.post(exampleReport())),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
  }
  expect((await receiver.post(exampleReport({ url: 'http://other' }))).status).toBe(200);
});

test('new ids come to an end, are told why, and known machines report on', async () => {
  let seconds = start;
  await using receiver = await startReceiver({ systemsMax: 50, now: () => seconds * 1000 });
  expect((await receiver.post(exampleReport({ system_id: 'known' }))).status).toBe(200);
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, at) =>
      receiver.post(exampleReport({ system_id: `new-${at}` })),
    ),
  );
  const count = (status: number) => answers.filter((answer) => answer.status === status).length;
  expect([count(200), count(403)]).toEqual([49, 251]);
  const refused = await receiver.post(exampleReport({ system_id: 'one-more' }));
  expect(await refused.json()).toEqual({
    error:
      'one-more is not registered, and there is no room for it: this receiver keeps at most 50 systems (--max-systems)',
  });
  const known = exampleReport({ system_id: 'known', epoch: start + 60 });
  expect((await receiver.post(known)).status).toBe(200);
  expect(await receiver.store.systemIds()).toHaveLength(50);

  expect((await receiver.post({ action: 'check_url' })).status).toBe(202);
  await fetch(new URL('api/systems/known', receiver.url), { method: 'DELETE' });
  expect((await receiver.post(exampleReport({ system_id: 'one-more' }))).status).toBe(200);
  expect((await receiver.post(known)).status).toBe(403);
  // Another receiver over the same store forgets one: that is found out in time.
  await receiver.store.forget('one-more');
  expect((await receiver.post(known)).status).toBe(403);
  seconds += 10;
  expect((await receiver.post(known)).status).toBe(200);
});

test('systems that another receiver over the same store registered count as well', async () => {
  let seconds = start;
  await using receiver = await startReceiver({ systemsMax: 5, now: () => seconds * 1000 });
  const send = async (system_id: string) =>
    (await receiver.post(exampleReport({ system_id }))).status;
  expect(await send('mine')).toBe(200);
  for (const other of ['a', 'b', 'c', 'd']) await receiver.store.register(other, start);
  expect(await send('a')).toBe(200);
  seconds += 60;
  expect([await send('one-more'), await send('b')]).toEqual([403, 200]);
});

test('a token registers as many systems as it may, among those that it may report as', async () => {
  const access = accessByName({
    stranger: { systemsMax: 2, mayReportAs: (id) => id.startsWith('web-') },
  });
  await using receiver = await startReceiver({ access });
  const send = async (system_id: string, who: Record<string, string>) =>
    (await receiver.post(exampleReport({ system_id }), who)).status;
  expect(await send('db-1', machine)).toBe(200);
  expect([await send('web-1', stranger), await send('web-2', stranger)]).toEqual([200, 200]);
  expect([await send('web-3', stranger), await send('web-1', stranger)]).toEqual([403, 200]);
  expect(await send('web-3', machine)).toBe(200);
  expect(await send('web-3', stranger)).toBe(200);
});

test('one machine’s large reports are read in turn, and nobody else waits for them', async () => {
  await using receiver = await startReceiver({ access: accessByName() });
  const processes = Array.from({ length: 100_000 }, (_, at) => ({
    pid: at,
    name: `process-${at}`,
    username: 'root',
  }));
  const large = exampleReport({ system_id: 'large', stats: exampleStats({ processes }) });
  const body = JSON.stringify(large);
  const sending = receiver.post(body, stranger);
  const answered = await answeredDuring(receiver, sending);
  expect(answered).toBeGreaterThan(0);
  expect((await sending).status).toBe(200);
  expect(await receiver.store.newestReport('large')).toBe(body);
  const many = await Promise.all(Array.from({ length: 8 }, () => receiver.post(body, stranger)));
  const statuses = many.map((answer) => answer.status);
  expect(statuses.filter((status) => ![200, 503].includes(status))).toEqual([]);
  expect(statuses).toContain(200);

  const reading = receiver.getJson('api/systems/large');
  expect(await answeredDuring(receiver, reading)).toBeGreaterThan(0);
  expect(detailSchema.parse(await reading).processes).toEqual(processes);
});
