import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { request } from 'undici';
import { copiesOfSenderMax } from '../../../server-example/limits.ts';
import { type IncomingReport, StoreUnavailable } from '../../../server-example/store.ts';
import { toJson } from '../../../src/base/json.ts';
import { startReceiver } from '../../support/receiver.ts';
import { exampleReport, exampleStats, exampleSystemId } from '../../support/report.ts';

test('check_url is answered with 202', async () => {
  await using receiver = await startReceiver();
  const response = await receiver.post({ action: 'check_url' });
  expect(response.status).toBe(202);
});

test('an id is unknown until its first report is stored, and registered from then on', async () => {
  await using receiver = await startReceiver();
  const check = { action: 'check_system_id', system_id: exampleSystemId };
  const before = await receiver.post(check);
  expect([before.status, await before.text()]).toEqual([204, '']);

  const stored = await receiver.post(exampleReport());
  expect([stored.status, await stored.json()]).toEqual([200, { received: true, duplicate: false }]);

  expect((await receiver.post(check)).status).toBe(200);
});

test('a report is kept as it was sent, keys that this receiver does not know included', async () => {
  await using receiver = await startReceiver();
  const report = exampleReport();
  const sent = JSON.stringify({
    ...report,
    hostname: 'alpha',
    stats: { ...report.stats, gpu: { count: 1 }, cpu: { ...report.stats.cpu, frequency: 2399.87 } },
  });
  expect((await receiver.post(sent)).status).toBe(200);
  expect(await receiver.store.newestReport(exampleSystemId)).toBe(sent);
});

test('counters beyond 2^53 are taken, and kept with all their digits', async () => {
  await using receiver = await startReceiver();
  const sent = toJson(
    exampleReport({
      stats: exampleStats({
        network: {
          eth0: { ip: '10.0.0.7', netmask: '', bytes_sent: 2n ** 64n - 1n, bytes_recv: 2n ** 60n },
        },
        disks: {
          nas: { file_system: 'zfs', mount_point: '/', total: 2n ** 62n, used: 2n ** 61n, free: 0 },
        },
      }),
    }),
  );
  expect(sent).toContain('18446744073709551615');
  expect((await receiver.post(sent)).status).toBe(200);
  expect(await receiver.store.newestReport(exampleSystemId)).toBe(sent);
  const { interfaces, disks } = await receiver.getJson(`api/systems/${exampleSystemId}`);
  expect(interfaces).toMatchObject([{ bytes_sent: 2 ** 64, bytes_recv: 2 ** 60 }]);
  expect(disks).toMatchObject([{ total: 2 ** 62 }]);
});

test('a report that is sent again is answered with 200 and stored once', async () => {
  await using receiver = await startReceiver();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => receiver.post(exampleReport())),
  );
  expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 200));
  const bodies = await Promise.all(answers.map(async (answer) => Object(await answer.json())));
  expect(bodies.filter((body) => body.duplicate === false)).toHaveLength(1);
});

test('two machines under one id are said in the log, once, and the reports of both are stored', async () => {
  await using receiver = await startReceiver();
  await receiver.post(exampleReport());
  for (let at = 0; at < 3; at += 1) {
    const other = await receiver.post(exampleReport({ url: `http://other/${at}` }));
    expect([other.status, await other.json()]).toEqual([200, { received: true, duplicate: false }]);
    expect(other.headers.get('system-monitor-notice')).toBe('other-machine');
  }
  expect(receiver.logged).toEqual([
    `${exampleSystemId} sent different reports of the same second. Do two machines share this id, or was its clock set back?`,
  ]);
  const same = await receiver.post(exampleReport());
  expect(same.headers.get('system-monitor-notice')).toBeNull();
  expect(await same.json()).toEqual({ received: true, duplicate: true });
  expect(receiver.logged).toHaveLength(1);
});

test('a report that is one too many of its second is refused with 409, so that the agent puts it aside', async () => {
  await using receiver = await startReceiver();
  const sent = Array.from({ length: copiesOfSenderMax }, (_, at) =>
    exampleReport({ url: `http://${at}` }),
  );
  for (const report of sent) expect((await receiver.post(report)).status).toBe(200);
  const refused = await receiver.post(exampleReport({ url: 'http://one-more' }));
  expect([refused.status, await refused.json()]).toEqual([
    409,
    { error: `too many other reports of this second are stored for ${exampleSystemId}` },
  ]);
  expect((await receiver.post(sent[7])).status).toBe(200);
});

test('with closed registration a report of an unknown id is refused until it is registered', async () => {
  await using receiver = await startReceiver({ openRegistration: false });
  const refused = await receiver.post(exampleReport());
  expect([refused.status, await refused.json()]).toEqual([
    403,
    { error: `${exampleSystemId} is not registered here` },
  ]);
  const registered = await fetch(new URL(`api/systems/${exampleSystemId}`, receiver.url), {
    method: 'PUT',
  });
  expect(registered.status).toBe(201);
  expect((await receiver.post(exampleReport())).status).toBe(200);
});

const damaged: readonly (readonly [string, unknown, string])[] = [
  ['no JSON', '{"action":', 'the body is not JSON'],
  ['an empty body', '', 'the body is not JSON'],
  ['an array', [], 'the body must be a JSON object'],
  ['null', 'null', 'the body must be a JSON object'],
  ['no action', {}, 'action: must be "check_url", "check_system_id" or "send_stats"'],
  ['an unknown action', { action: 'delete' }, 'action: must be'],
  ['check_system_id without an id', { action: 'check_system_id' }, 'system_id: '],
  ['an empty id', exampleReport({ system_id: '' }), 'system_id: '],
  ['an id with a line break', exampleReport({ system_id: 'a\nb' }), 'system_id: must be 1 to 200'],
  ['an interval of 0', exampleReport({ interval: 0 }), 'interval: '],
  ['an epoch with a fraction', exampleReport({ epoch: 1.5 }), 'epoch: '],
  ['a count as text', withStats({ cpu: { count: '4', percent_used: 1 } }), 'stats.cpu.count: '],
  ['no memory', withStats({ memory: {} }), 'stats.memory.total: '],
  ['processes as an object', withStats({ processes: {} }), 'stats.processes.count: '],
  [
    'a process without a pid',
    withStats({ processes: [{ pid: 1, name: 'init', username: 'root' }, { name: 'x' }] }),
    'stats.processes.1.pid: ',
  ],
  ['a disk without a size', withStats({ disks: { sda: {} } }), 'stats.disks.sda.'],
  ['a key named __proto__', '{"__proto__":{"action":"check_url"}}', 'action: must be'],
];

function withStats(changes: Record<string, unknown>): unknown {
  return { ...exampleReport(), stats: { ...exampleStats(), ...changes } };
}

for (const [name, body, reason] of damaged) {
  test(`a request with ${name} is refused with 400 and the reason`, async () => {
    await using receiver = await startReceiver();
    const response = await receiver.post(body);
    expect(response.status).toBe(400);
    expect(Object(await response.json()).error).toContain(reason);
    expect(await receiver.store.systems()).toEqual([]);
  });
}

test('bytes that are not UTF-8 are refused, not stored changed', async () => {
  await using receiver = await startReceiver();
  const response = await receiver.post(Buffer.from([0x7b, 0xff, 0x7d]));
  expect([response.status, await response.json()]).toEqual([
    400,
    { error: 'the body is not UTF-8' },
  ]);
});

for (const [coding, compress] of [
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const) {
  test(`a body compressed with ${coding} is stored as the text it was`, async () => {
    await using receiver = await startReceiver();
    const text = JSON.stringify(exampleReport());
    const response = await receiver.post(compress(text), { 'content-encoding': coding });
    expect(response.status).toBe(200);
    expect(await receiver.store.newestReport(exampleSystemId)).toBe(text);
  });

  test(`a small ${coding} body that inflates beyond the bound is refused with 413`, async () => {
    await using receiver = await startReceiver({ bodyBytesMax: 100_000 });
    const bomb = compress(Buffer.alloc(50_000_000, 0x20));
    expect(bomb.length).toBeLessThan(100_000);
    const response = await receiver.post(bomb, { 'content-encoding': coding });
    expect(response.status).toBe(413);
  });
}

test('a damaged gzip body is refused with 400, an unknown coding with 415', async () => {
  await using receiver = await startReceiver();
  const damagedGzip = await receiver.post('no gzip', { 'content-encoding': 'gzip' });
  expect(damagedGzip.status).toBe(400);
  const unknown = await receiver.post('{}', { 'content-encoding': 'lz4' });
  expect([unknown.status, unknown.headers.get('accept-encoding')]).toEqual([
    415,
    'gzip, deflate, br, zstd',
  ]);
});

test('a body that is too large is refused with 413, announced or not', async () => {
  await using receiver = await startReceiver({ bodyBytesMax: 1000 });
  const large = JSON.stringify({ action: 'check_url', padding: 'x'.repeat(2000) });
  expect((await receiver.post(large)).status).toBe(413);

  const chunked = await request(receiver.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Readable.from([large]),
  });
  await chunked.body.dump();
  expect(chunked.statusCode).toBe(413);
});

test('a form or plain text, which other sites can make a browser send, is refused with 415', async () => {
  await using receiver = await startReceiver();
  const response = await receiver.post(exampleReport(), { 'content-type': 'text/plain' });
  expect(response.status).toBe(415);
  expect(await receiver.store.systems()).toEqual([]);
});

test('another method on the address is answered with 405, another address with 404', async () => {
  await using receiver = await startReceiver();
  const put = await fetch(receiver.url, { method: 'PUT', body: '{}' });
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD']);
  const elsewhere = await fetch(new URL('nothing', receiver.url));
  expect([elsewhere.status, await elsewhere.json()]).toEqual([
    404,
    { error: 'there is nothing at /nothing' },
  ]);
  const patched = await fetch(new URL('api/systems/a', receiver.url), { method: 'PATCH' });
  expect([patched.status, await patched.json()]).toEqual([
    405,
    { error: 'PATCH is not answered here' },
  ]);
  expect(patched.headers.get('allow')).toBe('GET, HEAD, PUT, DELETE');
});

test('a store that cannot write is answered with 503 and Retry-After, and the next try counts', async () => {
  await using working = await startReceiver();
  let full = true;
  const insert = (batch: readonly IncomingReport[]) =>
    full
      ? Promise.reject(new StoreUnavailable('store reports', new Error('database or disk is full')))
      : working.store.insert(batch);
  await using receiver = await startReceiver({ store: { ...working.store, insert } });

  const refused = await receiver.post(exampleReport());
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
    503,
    '10',
    { error: 'store reports: database or disk is full' },
  ]);
  full = false;
  const accepted = await receiver.post(exampleReport());
  expect([accepted.status, await accepted.json()]).toEqual([
    200,
    { received: true, duplicate: false },
  ]);
});
