import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { createRecordingLogger } from '../../support/recording-logger.ts';
import { onPlatform, testWith } from '../../support/requirement.ts';
import { answer, startReceiver } from '../../support/scripted-receiver.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { postOnce, withTransport } from '../../support/transports.ts';

test('a bearer token comes from its file, and the next request after a change has the new one', async () => {
  const receiver = await startReceiver();
  const tokenFile = join(temporaryFolder(), 'token');
  writeFileSync(tokenFile, 'first\n# a remark\n');
  await withTransport({ url: receiver.url, token_file: tokenFile }, async (transport) => {
    await transport.post({ body: '{}' });
    writeFileSync(tokenFile, 'the-second-one\n');
    await transport.post({ body: '{}' });
    rmSync(tokenFile);
    await transport.post({ body: '{}' });
  });
  expect(receiver.requests.map((request) => request.headers.authorization)).toEqual([
    'Bearer first',
    'Bearer the-second-one',
    'Bearer the-second-one',
  ]);
  expect(receiver.connections).toBe(1);
});

testWith(
  [onPlatform('linux', 'darwin')],
  'a token in a folder that others may write to is not taken',
  async () => {
    const receiver = await startReceiver();
    const folder = join(temporaryFolder(), 'open');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'secret\n');
    const send = () => postOnce(receiver.url, { token_file: tokenFile });
    expect(await send()).toMatchObject({
      code: 'CONFIG_INVALID',
      reason: expect.stringContaining(`other users may write to ${folder}`),
    });
    expect(receiver.requests).toEqual([]);
    chmodSync(folder, 0o1777);
    expect(await send()).toMatchObject({ kind: 'answer' });
    await receiver.stop();
  },
);

test('a token file without a token sends nothing, and its content is shown nowhere', async () => {
  const receiver = await startReceiver();
  const tokenFile = join(temporaryFolder(), 'token');
  writeFileSync(tokenFile, 'two words of secret\n');
  const result = await postOnce(receiver.url, { token_file: tokenFile });
  expect(result).toMatchObject({ kind: 'failure', code: 'CONFIG_INVALID', connected: false });
  expect(JSON.stringify(result)).not.toContain('secret');
  expect(receiver.requests).toHaveLength(0);
});

test('the user’s own headers are sent', async () => {
  const receiver = await startReceiver();
  await postOnce(receiver.url, { headers: { 'X-Tenant': 'blue', 'User-Agent': 'mine/1' } });
  expect(receiver.requests[0]?.headers).toMatchObject({
    'x-tenant': 'blue',
    'user-agent': 'mine/1',
  });
});

test('a name for people goes as a header with every request, and never in the body', async () => {
  const receiver = await startReceiver();
  const name = 'Büro 3, "oben"; 50 % 東京';
  await withTransport({ url: receiver.url, name }, async (transport) => {
    await transport.post({ body: '{"action":"check_url"}' });
    await transport.post({ body: '{"action":"send_stats"}', idempotencyKey: 'key' });
  });
  expect(receiver.requests).toHaveLength(2);
  for (const { headers, body } of receiver.requests) {
    const sent = headers['system-monitor-name'];
    expect(sent).toMatch(/^[\x21-\x7e]+$/);
    expect(decodeURIComponent(String(sent))).toBe(name);
    expect(body.toString()).not.toContain('ro 3');
  }
});

test('without a name there is no such header', async () => {
  const receiver = await startReceiver();
  await postOnce(receiver.url, { name: '' });
  expect(receiver.requests[0]?.headers).not.toHaveProperty('system-monitor-name');
});

test('a header that HTTP does not allow is a failure, not a crash', async () => {
  const receiver = await startReceiver();
  const result = await postOnce(receiver.url, { headers: { 'x-bad': 'a\r\nb: c' } });
  expect(result).toMatchObject({ kind: 'failure', connected: false });
  expect(receiver.requests).toHaveLength(0);
});

test.each(['gzip', 'zstd'] as const)(
  'reports go as %s where the user turned it on',
  async (compression) => {
    const receiver = await startReceiver();
    const body = JSON.stringify({ text: 'x'.repeat(1000) });
    await withTransport({ url: receiver.url, compression }, (transport) =>
      transport.post({ body, idempotencyKey: 'key' }),
    );
    const [request] = receiver.requests;
    expect(request?.headers['content-encoding']).toBe(compression);
    const decompress = compression === 'gzip' ? gunzipSync : zstdDecompressSync;
    expect(decompress(request?.body ?? '').toString()).toBe(body);
    expect(request?.body.length).toBeLessThan(100);
  },
);

test('a server that refuses compression gets its reports plain from then on', async () => {
  const receiver = await startReceiver({
    behaviour: (request, response) =>
      answer(request.headers['content-encoding'] === undefined ? 200 : 415)(request, response),
  });
  const logger = createRecordingLogger();
  await withTransport({ url: receiver.url, compression: 'gzip', logger }, async (transport) => {
    for (const key of ['a', 'b']) {
      const result = await transport.post({ body: '{}', idempotencyKey: key });
      expect(result).toMatchObject({ kind: 'answer', status: 200 });
    }
  });
  expect(receiver.requests.map((request) => request.headers['content-encoding'])).toEqual([
    'gzip',
    undefined,
    undefined,
  ]);
  expect(logger.events()).toEqual(['delivery.compression_refused']);
});
