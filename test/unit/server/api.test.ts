import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { request } from 'undici';
import { detailSchema, fleetSchema, historySchema } from '../../../server-example/api-schemas.ts';
import { startReceiver } from '../../support/receiver.ts';
import {
  exampleIncoming,
  exampleReport,
  exampleStats,
  exampleSystemId,
} from '../../support/report.ts';

const start = 1_795_000_000;

/** A receiver whose clock the test sets. */
async function startClockedReceiver(changes: { readonly keepReportsDays?: number } = {}) {
  let seconds = start;
  const receiver = await startReceiver({ ...changes, now: () => seconds * 1000 });
  return Object.assign(receiver, {
    setClock: (moment: number) => {
      seconds = moment;
    },
  });
}

function network(sent: number, received: number, changes: object = {}) {
  return {
    lo: { ip: '127.0.0.1', netmask: '255.0.0.0', bytes_sent: sent * 100, bytes_recv: sent * 100 },
    eth0: { ip: '10.0.0.7', netmask: '255.255.255.0', bytes_sent: sent, bytes_recv: received },
    ...changes,
  };
}

test('a system is up, then late after two intervals, then silent after five', async () => {
  await using receiver = await startClockedReceiver();
  await receiver.post(exampleReport({ epoch: start, interval: 60 }));
  const stateAfter = async (seconds: number): Promise<unknown> => {
    receiver.setClock(start + seconds);
    return fleetSchema.parse(await receiver.getJson('api/systems')).systems[0]?.state;
  };
  expect(await stateAfter(0)).toBe('up');
  expect(await stateAfter(124)).toBe('up');
  expect(await stateAfter(125)).toBe('late');
  expect(await stateAfter(304)).toBe('late');
  expect(await stateAfter(305)).toBe('silent');
});

test('the list has each system’s newest figures, and rates over interfaces but the loopback', async () => {
  await using receiver = await startClockedReceiver();
  await receiver.post(
    exampleReport({ epoch: start, stats: exampleStats({ network: network(1000, 5000) }) }),
  );
  receiver.setClock(start + 60);
  const disks = {
    sda: { file_system: 'ext4', mount_point: '/', total: 110, used: 50, free: 50 },
    sdb: { file_system: 'xfs', mount_point: '/srv', total: 100, used: 90, free: 10 },
    sr0: { file_system: 'iso9660', mount_point: '/cd', total: 0, used: 0, free: 0 },
  };
  await receiver.post(
    exampleReport({
      epoch: start + 60,
      url: 'http://ada:secret@127.0.0.1:5000/',
      stats: exampleStats({ disks, network: network(1600, 11_000) }),
    }),
  );
  const fleet = fleetSchema.parse(await receiver.getJson('api/systems'));
  expect(fleet.counts).toEqual({ up: 1, late: 0, silent: 0, waiting: 0 });
  expect(fleet.systems).toEqual([
    {
      id: exampleSystemId,
      name: null,
      registered_at: start,
      state: 'up',
      late_at: start + 60 + 125,
      silent_at: start + 60 + 305,
      last_epoch: start + 60,
      last_received: start + 60,
      interval: 60,
      url: 'http://127.0.0.1:5000/',
      figures: {
        cpu_count: 4,
        cpu_frequency: 2400,
        cpu_percent: 12.5,
        memory_total: 8_000_000_000,
        memory_used: 1_500_000_000,
        memory_percent: 25,
        processes: 2,
        disk: { mount_point: '/srv', percent: 90 },
        sent_per_second: 10,
        received_per_second: 100,
      },
    },
  ]);
});

test('a counter that went back gives no rate rather than a wrong one', async () => {
  await using receiver = await startClockedReceiver();
  await receiver.post(
    exampleReport({ epoch: start, stats: exampleStats({ network: network(9000, 9000) }) }),
  );
  await receiver.post(
    exampleReport({ epoch: start + 60, stats: exampleStats({ network: network(10, 20_000) }) }),
  );
  const [system] = fleetSchema.parse(await receiver.getJson('api/systems')).systems;
  expect(system?.figures).toMatchObject({ sent_per_second: null, received_per_second: null });
});

test('an id that was registered by hand waits for its first report', async () => {
  await using receiver = await startClockedReceiver();
  const put = (body?: string) =>
    fetch(new URL('api/systems/Linux-new', receiver.url), {
      method: 'PUT',
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
  expect((await put()).status).toBe(201);
  expect((await put('{"name":"  Backup box "}')).status).toBe(200);
  const fleet = fleetSchema.parse(await receiver.getJson('api/systems'));
  expect(fleet.counts.waiting).toBe(1);
  expect(fleet.systems[0]).toMatchObject({ state: 'waiting', name: 'Backup box', figures: null });
  expect((await put('{"name":""}')).status).toBe(200);
  const again = fleetSchema.parse(await receiver.getJson('api/systems'));
  expect(again.systems[0]?.name).toBeNull();

  const wrong = await put('{"name":5}');
  expect([wrong.status, await wrong.json()]).toEqual([
    400,
    { error: 'name: Invalid input: expected string, received number' },
  ]);
});

test('one system’s page has its disks, interfaces and processes; its report is there whole', async () => {
  await using receiver = await startClockedReceiver();
  const report = exampleReport({ epoch: start });
  await receiver.post(report);
  const detail = detailSchema.parse(await receiver.getJson(`api/systems/${exampleSystemId}`));
  expect(detail.processes).toEqual(report.stats.processes);
  expect(detail.disks).toEqual([
    {
      device: '/dev/sda1',
      mount_point: '/',
      file_system: 'ext4',
      total: 100_000,
      used: 60_000,
      free: 40_000,
      percent: 60,
    },
  ]);
  expect(detail.interfaces[1]).toEqual({
    name: 'eth0',
    ip: '10.0.0.7',
    netmask: '255.255.255.0',
    bytes_sent: 1000,
    bytes_recv: 2000,
  });
  expect(await receiver.getJson(`api/systems/${exampleSystemId}/report`)).toEqual(report);
});

test('the report of a past moment is the newest of then or before, byte for byte', async () => {
  await using receiver = await startClockedReceiver();
  for (const epoch of [start, start + 60]) await receiver.post(exampleReport({ epoch }));
  const at = (query: string) =>
    fetch(new URL(`api/systems/${exampleSystemId}/report?at=${query}`, receiver.url));
  const found = await at(String(start + 59));
  expect([found.status, await found.text()]).toEqual([
    200,
    JSON.stringify(exampleReport({ epoch: start })),
  ]);
  expect((await at(String(start - 1))).status).toBe(404);
  const wrong = await at('yesterday');
  expect([wrong.status, await wrong.json()]).toEqual([
    400,
    { error: 'at: must be whole seconds since 1970' },
  ]);
});

test('a report older than reports are kept is not shown, unless it is the newest', async () => {
  await using receiver = await startClockedReceiver({ keepReportsDays: 7 });
  const at = async (epoch: number) => {
    const path = `api/systems/${exampleSystemId}/report?at=${epoch}`;
    const answer = await fetch(new URL(path, receiver.url));
    return [answer.status, Object(await answer.json())];
  };
  const day = 86_400;
  const report = (epoch: number) => receiver.post(exampleReport({ epoch }));
  await report(start - 30 * day);
  expect(await at(start)).toEqual([200, exampleReport({ epoch: start - 30 * day })]);
  for (const days of [8, 6]) await report(start - days * day);
  expect((await at(start - 30 * day))[0]).toBe(404);
  expect(await at(start - 8 * day)).toEqual([
    404,
    {
      error: `reports of ${exampleSystemId} are kept for 7 days; its history has the averages of each hour before`,
    },
  ]);
  expect(await at(start - 6 * day)).toEqual([200, exampleReport({ epoch: start - 6 * day })]);
});

test('processes that a machine keeps to itself are counted, and not invented', async () => {
  await using receiver = await startClockedReceiver();
  const countOf = async (epoch: number, processes: unknown): Promise<unknown> => {
    const stats = { ...exampleStats(), processes };
    expect((await receiver.post({ ...exampleReport({ epoch }), stats })).status).toBe(200);
    const detail = detailSchema.parse(await receiver.getJson(`api/systems/${exampleSystemId}`));
    return [detail.system.figures?.processes, detail.processes];
  };
  expect(await countOf(start, { count: 321 })).toEqual([321, []]);
  expect(await countOf(start + 1, [])).toEqual([null, []]);
  expect(await countOf(start + 2, [{ pid: 1, name: 'init' }])).toEqual([
    1,
    [{ pid: 1, name: 'init', username: null }],
  ]);
});

test('a history has a point for each report, rates between them and a gap where none came', async () => {
  await using receiver = await startClockedReceiver();
  const moments = [0, 60, 120, 1200, 1260];
  for (const [at, offset] of moments.entries()) {
    const stats = exampleStats({
      cpu: { count: 1, percent_used: at },
      network: network(1000 + offset, 1000 + 2 * offset),
    });
    await receiver.post(exampleReport({ epoch: start + offset, interval: 60, stats }));
  }
  receiver.setClock(start + 1300);
  const history = historySchema.parse(
    await receiver.getJson(`api/systems/${exampleSystemId}/history?hours=1&points=2000`),
  );
  expect(history.epochs).toEqual([0, 60, 120, 121, 1200, 1260].map((offset) => start + offset));
  expect(history.cpu).toEqual([0, 1, 2, null, 3, 4]);
  expect(history.received_per_second).toEqual([null, 2, 2, null, null, 2]);
  expect(history.disks).toEqual({ '/': [60, 60, 60, null, 60, 60] });
});

test('a long history is thinned to about the points that were asked for', async () => {
  await using receiver = await startClockedReceiver();
  const reports = Array.from({ length: 300 }, (_, at) => exampleReport({ epoch: start + at * 10 }));
  await Promise.all(reports.map((report) => receiver.post(report)));
  receiver.setClock(start + 3000);
  const history = historySchema.parse(
    await receiver.getJson(`api/systems/${exampleSystemId}/history?hours=1&points=30`),
  );
  expect(history.bucket_seconds).toBe(120);
  expect(history.epochs.length).toBeGreaterThan(24);
  expect(history.epochs.length).toBeLessThan(28);
});

test('wrong questions are answered with 400, unknown systems with 404', async () => {
  await using receiver = await startReceiver();
  await receiver.post(exampleReport());
  const statusOf = async (path: string, method = 'GET') =>
    (await fetch(new URL(path, receiver.url), { method })).status;
  for (const wrong of ['hours=0', 'hours=x', 'hours=', 'hours=1e9', 'points=-1', 'points=1e9']) {
    expect(await statusOf(`api/systems/${exampleSystemId}/history?${wrong}`)).toBe(400);
  }
  expect(await statusOf('api/systems/nobody')).toBe(404);
  expect(await statusOf('api/systems/nobody/history')).toBe(404);
  expect(await statusOf('api/systems/nobody', 'DELETE')).toBe(404);
  expect(await statusOf('api/systems/%FF')).toBe(404);
  expect(await statusOf(`api/systems/${'x'.repeat(300)}`, 'PUT')).toBe(400);
});

test('a forgotten system is gone, and its next report registers it anew', async () => {
  await using receiver = await startReceiver();
  await receiver.post(exampleReport());
  const path = new URL(`api/systems/${exampleSystemId}`, receiver.url);
  expect((await fetch(path, { method: 'DELETE' })).status).toBe(204);
  expect(fleetSchema.parse(await receiver.getJson('api/systems')).systems).toEqual([]);
  const again = await receiver.post(exampleReport());
  expect(await again.json()).toEqual({ received: true, duplicate: false });
});

test('a long list is compressed for who asks for it', async () => {
  await using receiver = await startReceiver();
  await Promise.all(
    Array.from({ length: 100 }, (_, at) => receiver.post(exampleReport({ system_id: `m${at}` }))),
  );
  const answer = await request(`${receiver.url}api/systems`, {
    headers: { 'accept-encoding': 'gzip' },
  });
  expect(answer.headers['content-encoding']).toBe('gzip');
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  const fleet = fleetSchema.parse(JSON.parse(gunzipSync(bytes).toString()));
  expect(fleet.systems).toHaveLength(100);
});

test('the list of 10 000 systems is whole', async () => {
  await using receiver = await startReceiver();
  const body = JSON.stringify(exampleReport());
  const reports = Array.from({ length: 10_000 }, (_, at) =>
    exampleIncoming({
      systemId: `Linux-${at}`,
      epoch: start,
      receivedAt: start,
      body,
      disks: JSON.stringify(exampleStats().disks),
      network: JSON.stringify(exampleStats().network),
    }),
  );
  await receiver.store.insert(reports);
  const fleet = fleetSchema.parse(await receiver.getJson('api/systems'));
  expect(new Set(fleet.systems.map((system) => system.id)).size).toBe(10_000);
});

test('metrics tell what came of reports and each machine’s newest figures', async () => {
  await using receiver = await startReceiver();
  const odd = 'a"b\\c';
  await receiver.post(exampleReport({ system_id: odd }));
  await receiver.post(exampleReport({ system_id: odd }));
  await receiver.post({ ...exampleReport(), interval: 0 });
  const response = await fetch(new URL('metrics', receiver.url));
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n');
  expect(lines).toContain('system_monitor_receiver_reports_total{outcome="stored"} 1');
  expect(lines).toContain('system_monitor_receiver_reports_total{outcome="duplicate"} 1');
  expect(lines).toContain('system_monitor_receiver_reports_total{outcome="refused"} 1');
  expect(lines).toContain('system_monitor_receiver_systems{state="up"} 1');
  expect(lines).toContain('system_monitor_cpu_used_ratio{system_id="a\\"b\\\\c"} 0.125');
  for (const line of lines.slice(0, -1)) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? -?[\d.e+-]+)$/);
  }
});

test('the OpenAPI page names every address that the receiver answers', async () => {
  await using receiver = await startReceiver();
  const { paths, openapi } = await receiver.getJson('api/openapi.json');
  expect(openapi).toMatch(/^3\.1\./);
  await receiver.post(exampleReport());
  for (const [path, item] of Object.entries(Object(paths))) {
    if (path === '/api/events') continue;
    const url = new URL(path.replace('{id}', exampleSystemId), receiver.url);
    const method = 'get' in Object(item) ? 'GET' : 'POST';
    expect([path, (await fetch(url, { method })).status]).not.toEqual([path, 404]);
  }
});

test('a browser that asks for another name than this machine’s is refused, an agent is not', async () => {
  await using receiver = await startReceiver({ allowedHosts: ['monitor.example'] });
  const statusFor = async (host: string, method: 'GET' | 'POST', path: string) => {
    const { statusCode, body } = await request(new URL(path, receiver.url), {
      method,
      headers: { host, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: '{"action":"check_url"}' } : {}),
    });
    await body.dump();
    return statusCode;
  };
  expect(await statusFor('evil.example', 'GET', '/api/systems')).toBe(403);
  expect(await statusFor('evil.example:5000', 'GET', '/')).toBe(403);
  expect(await statusFor('localhost:5000', 'GET', '/api/systems')).toBe(200);
  expect(await statusFor('[::1]:5000', 'GET', '/api/systems')).toBe(200);
  expect(await statusFor('Monitor.Example', 'GET', '/api/systems')).toBe(200);
  expect(await statusFor('evil.example', 'POST', '/')).toBe(202);
});
