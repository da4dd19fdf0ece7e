/** The strict receiver is itself a measure, so it is measured: what it takes, and what it refuses. */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { request } from 'undici';
import { type OriginalReceiver, startOriginalReceiver } from '../../support/original-receiver.ts';
import { exampleReport, exampleStats, exampleSystemId } from '../../support/report.ts';

let receiver: OriginalReceiver;
beforeAll(async () => {
  receiver = await startOriginalReceiver({ registeredIds: [exampleSystemId] });
});
afterAll(() => receiver.close());

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(receiver.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body instanceof Uint8Array ? Uint8Array.from(body) : JSON.stringify(body),
  });
}

test('the three requests of the contract get the contract’s answers', async () => {
  expect((await post({ action: 'check_url' })).status).toBe(202);
  expect((await post({ action: 'check_system_id', system_id: exampleSystemId })).status).toBe(200);
  expect((await post({ action: 'check_system_id', system_id: 'Linux-other' })).status).toBe(204);
  expect((await post(exampleReport())).status).toBe(200);
  expect(receiver.requests.at(-1)).toMatchObject({ status: 200, body: exampleReport() });
});

const refused: readonly (readonly [string, unknown, string])[] = [
  ['an extra top-level key', { ...exampleReport(), hostname: 'a' }, '$.hostname is not part of'],
  ['an extra key deep inside', withStats({ gpu: {} }), '$.stats.gpu is not part of'],
  ['a missing key', { action: 'check_system_id' }, '$.system_id is missing'],
  ['an interval as text', { ...exampleReport(), interval: '60' }, '$.interval is no whole number'],
  ['an epoch with a fraction', exampleReport({ epoch: 1.5 }), '$.epoch is no whole number'],
  ['processes as an object', withStats({ processes: {} }), '$.stats.processes is no array'],
  ['an unknown action', { action: 'hello' }, 'action hello is unknown'],
];

function withStats(changes: Record<string, unknown>): unknown {
  return { ...exampleReport(), stats: { ...exampleStats(), ...changes } };
}

for (const [name, body, reason] of refused) {
  test(`${name} is refused`, async () => {
    expect((await post(body)).status).toBe(400);
    expect(receiver.requests.at(-1)?.refusal).toContain(reason);
  });
}

test('a compressed body is refused, and so is one of unknown length', async () => {
  const compressed = gzipSync(JSON.stringify(exampleReport()));
  expect((await post(compressed, { 'content-encoding': 'gzip' })).status).toBe(400);
  const chunked = await request(receiver.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Readable.from([JSON.stringify(exampleReport())]),
  });
  await chunked.body.dump();
  expect(chunked.statusCode).toBe(411);
});
