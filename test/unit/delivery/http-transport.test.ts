import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { answer, startReceiver, startTcpServer } from '../../support/scripted-receiver.ts';
import { createTestTransport, postOnce, withTransport } from '../../support/transports.ts';

const userAgent = 'system-monitor/0.0.0';

test('a report is posted as JSON with its key, the agent’s name and nothing else of ours', async () => {
  const receiver = await startReceiver();
  const result = await withTransport({ url: `${receiver.url}in?a=1` }, (transport) =>
    transport.post({ body: Buffer.from('{"a":"ä"}'), idempotencyKey: 'key-1' }),
  );
  expect(result).toMatchObject({ kind: 'answer', status: 200 });
  const [request] = receiver.requests;
  expect(request?.path).toBe('/in?a=1');
  expect(request?.method).toBe('POST');
  expect(request?.body.toString()).toBe('{"a":"ä"}');
  expect(request?.headers).toEqual({
    host: `127.0.0.1:${receiver.port}`,
    connection: 'keep-alive',
    'content-type': 'application/json',
    'content-length': '10',
    'idempotency-key': 'key-1',
    'user-agent': userAgent,
  });
});

test('status, Retry-After, Date and body of the answer are handed on', async () => {
  const receiver = await startReceiver({
    behaviour: answer(503, { 'retry-after': '7', date: 'Mon, 23 Nov 2026 04:00:00 GMT' }, 'busy'),
  });
  expect(await postOnce(receiver.url)).toEqual({
    kind: 'answer',
    status: 503,
    retryAfter: '7',
    date: 'Mon, 23 Nov 2026 04:00:00 GMT',
    location: undefined,
    notice: undefined,
    body: 'busy',
  });
});

test('a request that has ended leaves nothing behind at its caller’s signal', async () => {
  const receiver = await startReceiver();
  const { signal } = new AbortController();
  await withTransport({ url: receiver.url }, async (transport) => {
    for (let number = 0; number < 3; number += 1) await transport.post({ body: '{}', signal });
  });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a request that its caller has ended before sends nothing', async () => {
  const receiver = await startReceiver();
  const ended = AbortSignal.abort();
  const result = await withTransport({ url: receiver.url }, (transport) =>
    transport.post({ body: '{}', signal: ended }),
  );
  expect(result).toMatchObject({ kind: 'failure', code: 'ABORTED' });
  expect([receiver.requests, receiver.connections]).toEqual([[], 0]);
});

test('one connection serves many reports', async () => {
  const receiver = await startReceiver();
  await withTransport({ url: receiver.url }, async (transport) => {
    for (let number = 0; number < 20; number += 1) await transport.post({ body: '{}' });
  });
  expect(receiver.requests).toHaveLength(20);
  expect(receiver.connections).toBe(1);
});

test('a server that restarts between two reports costs no failed send', async () => {
  const first = await startReceiver();
  await withTransport({ url: first.url }, async (transport) => {
    expect(await transport.post({ body: '1' })).toMatchObject({ status: 200 });
    await first.stop();
    const second = await startReceiver({ port: first.port });
    expect(await transport.post({ body: '2' })).toMatchObject({ status: 200 });
    expect(second.requests.map((request) => request.body.toString())).toEqual(['2']);
  });
});

test('a request that crosses the close of its idle connection is sent again under its key', async () => {
  const receiver = await startReceiver();
  await withTransport({ url: receiver.url }, async (transport) => {
    await transport.post({ body: '1', idempotencyKey: 'one' });
    receiver.behave((_request, response) => {
      receiver.behave(answer(200));
      response.socket?.resetAndDestroy();
    });
    const result = await transport.post({ body: '2', idempotencyKey: 'two' });
    expect(result).toMatchObject({ kind: 'answer', status: 200 });
  });
  expect(receiver.requests.map((request) => request.headers['idempotency-key'])).toEqual([
    'one',
    'two',
    'two',
  ]);
});

test('a reset on a fresh connection is told, not hidden', async () => {
  const receiver = await startReceiver({
    behaviour: (_request, response) => response.socket?.resetAndDestroy(),
  });
  expect(await postOnce(receiver.url)).toMatchObject({ kind: 'failure', connected: true });
  expect(receiver.requests).toHaveLength(1);
});

test('a refused connection is a failure with its code, and nothing was sent', async () => {
  const receiver = await startReceiver();
  await receiver.stop();
  const result = await postOnce(receiver.url);
  expect(result).toMatchObject({ kind: 'failure', code: 'ECONNREFUSED', connected: false });
});

test('of a name with several addresses the one that answers is used', async () => {
  // localhost is ::1 as well where the machine has IPv6; only 127.0.0.1 listens.
  const receiver = await startReceiver();
  const url = `http://localhost:${receiver.port}/`;
  expect(await postOnce(url)).toMatchObject({ kind: 'answer', status: 200 });
  await receiver.stop();
  const result = await postOnce(url);
  expect(result).toMatchObject({ kind: 'failure', code: 'ECONNREFUSED', connected: false });
  expect(result.kind === 'failure' && result.reason).toContain(`127.0.0.1:${receiver.port}`);
});

test('a name that does not resolve is a failure with its code', async () => {
  const result = await postOnce('http://does-not-exist.invalid/');
  expect(result).toMatchObject({ kind: 'failure', connected: false });
  expect(result.kind === 'failure' && result.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
});

test('a server that takes the connection and stays silent is left after the deadline', async () => {
  const receiver = await startReceiver({ behaviour: () => {} });
  const result = await postOnce(receiver.url, { limits: { requestTimeoutMs: 150 } });
  expect(result).toEqual({
    kind: 'failure',
    code: 'REQUEST_TIMEOUT',
    reason: 'no answer within 0.15 s',
    connected: true,
  });
});

test('a listener that never takes the connection is left after the deadline', async () => {
  const port = await startTcpServer(() => {});
  const result = await postOnce(`https://127.0.0.1:${port}/`, {
    limits: { requestTimeoutMs: 150 },
  });
  expect(result).toMatchObject({ kind: 'failure', code: 'REQUEST_TIMEOUT' });
});

test('a connection that does not come about is left sooner, and nothing was sent', async () => {
  const port = await startTcpServer(() => {});
  const result = await postOnce(`https://127.0.0.1:${port}/`, {
    limits: { connectTimeoutMs: 150, requestTimeoutMs: 20_000 },
  });
  expect(result).toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT', connected: false });
});

test('a signal ends the request at once', async () => {
  const controller = new AbortController();
  const receiver = await startReceiver({ behaviour: () => controller.abort() });
  const result = await withTransport({ url: receiver.url }, (transport) =>
    transport.post({ body: '{}', signal: controller.signal }),
  );
  expect(result).toMatchObject({ kind: 'failure', code: 'ABORTED' });
});

test('an endless answer is cut off at its bound, and its status counts', async () => {
  let sentBytes = 0;
  const receiver = await startReceiver({
    behaviour: (_request, response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const write = () => {
        if (response.destroyed || sentBytes > 1024 ** 3) return;
        sentBytes += chunk.length;
        if (response.write(chunk)) setImmediate(write);
        else response.once('drain', write);
      };
      write();
    },
  });
  const result = await postOnce(receiver.url);
  expect(result).toMatchObject({ kind: 'answer', status: 200 });
  expect(result.kind === 'answer' && result.body.length).toBe(64 * 1024);
  expect(sentBytes).toBeLessThan(64 * 1024 * 1024);
});

test('an answer that breaks off in the middle counts by its status', async () => {
  const receiver = await startReceiver({
    behaviour: (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.socket?.destroy());
    },
  });
  expect(await postOnce(receiver.url)).toMatchObject({ kind: 'answer', status: 200, body: 'half' });
});

test.each([301, 302, 303])('a %i is never followed', async (status) => {
  const receiver = await startReceiver({ behaviour: answer(status, { location: '/elsewhere' }) });
  const result = await postOnce(receiver.url);
  expect(result).toMatchObject({ kind: 'answer', status, location: '/elsewhere' });
  expect(receiver.requests).toHaveLength(1);
});

test.each([307, 308])(
  'a %i is followed within the origin, with method and body',
  async (status) => {
    const receiver = await startReceiver({
      behaviour: (request, response) =>
        request.path === '/new'
          ? answer(200)(request, response)
          : answer(status, { location: '/new' })(request, response),
    });
    const result = await withTransport({ url: receiver.url }, (transport) =>
      transport.post({ body: '{"a":1}', idempotencyKey: 'key' }),
    );
    expect(result).toMatchObject({ kind: 'answer', status: 200 });
    expect(receiver.requests[1]).toMatchObject({ path: '/new', method: 'POST' });
    expect(receiver.requests[1]?.body.toString()).toBe('{"a":1}');
    expect(receiver.requests[1]?.headers['idempotency-key']).toBe('key');
  },
);

test('a redirect to another origin is not followed: credentials and reports stay here', async () => {
  const other = await startReceiver();
  const receiver = await startReceiver({ behaviour: answer(308, { location: other.url }) });
  expect(await postOnce(receiver.url)).toMatchObject({ status: 308, location: other.url });
  expect(other.requests).toHaveLength(0);
});

test('redirects in a circle end', async () => {
  const receiver = await startReceiver({ behaviour: answer(307, { location: '/' }) });
  expect(await postOnce(receiver.url)).toMatchObject({ kind: 'answer', status: 307 });
  expect(receiver.requests).toHaveLength(4);
});

test('what is no HTTP at all is a failure', async () => {
  const port = await startTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  expect(await postOnce(`http://127.0.0.1:${port}/`)).toMatchObject({
    kind: 'failure',
    code: 'NOT_HTTP',
    connected: true,
  });
});

test('user and password of the url are sent as Basic credentials', async () => {
  const receiver = await startReceiver();
  await postOnce(receiver.url.replace('//', '//me:p%40ss@'));
  expect(receiver.requests[0]?.headers.authorization).toBe(
    `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
  );
});

test('a closed transport answers that it is closed', async () => {
  const receiver = await startReceiver();
  const transport = createTestTransport({ url: receiver.url, userAgent });
  await transport.close();
  expect(await transport.post({ body: '{}' })).toMatchObject({ kind: 'failure', code: 'ABORTED' });
  expect(receiver.requests).toHaveLength(0);
});

test('a transport that is closed while its first request begins opens no connection', async () => {
  const receiver = await startReceiver();
  const transport = createTestTransport({ url: receiver.url, userAgent });
  const posted = transport.post({ body: '{}' });
  await transport.close();
  expect(await posted).toMatchObject({ kind: 'failure', code: 'ABORTED' });
  expect(receiver.connections).toBe(0);
});

test('after a failed request the next connection is a fresh one, whose reset is no stale one', async () => {
  const receiver = await startReceiver();
  await withTransport({ url: receiver.url }, async (transport) => {
    await transport.post({ body: '1' });
    receiver.behave((_request, response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await transport.post({ body: '2' })).toMatchObject({ code: 'NOT_HTTP' });
    receiver.behave((_request, response) => response.socket?.resetAndDestroy());
    expect(await transport.post({ body: '3' })).toMatchObject({ kind: 'failure' });
  });
  expect(receiver.requests.map((request) => request.body.toString())).toEqual(['1', '2', '3']);
});

test('a request that was ended takes its connection with it', async () => {
  const receiver = await startReceiver();
  await withTransport({ url: receiver.url }, async (transport) => {
    await transport.post({ body: '1' });
    const controller = new AbortController();
    receiver.behave(() => controller.abort());
    await transport.post({ body: '2', signal: controller.signal });
    receiver.behave((_request, response) => response.socket?.resetAndDestroy());
    expect(await transport.post({ body: '3' })).toMatchObject({ kind: 'failure' });
  });
  expect(receiver.requests.map((request) => request.body.toString())).toEqual(['1', '2', '3']);
  expect(receiver.connections).toBe(2);
});
