import { expect, test } from '@jest/globals';
import { checkSystemId, checkUrl } from '../../../src/delivery/checks.ts';
import type { Transport } from '../../../src/delivery/transport.ts';
import { answer, startReceiver } from '../../support/scripted-receiver.ts';
import { createTestTransport } from '../../support/transports.ts';

const systemId = 'Linux-0123456789abcdef0123456789abcdef';

async function ask<Value>(url: string, use: (transport: Transport) => Promise<Value>) {
  const transport = createTestTransport({ url });
  try {
    return await use(transport);
  } finally {
    await transport.close();
  }
}

test('check_url sends the action alone, and only 202 is ok', async () => {
  const receiver = await startReceiver({ behaviour: answer(202) });
  expect(await ask(receiver.url, checkUrl)).toMatchObject({ kind: 'ok' });
  expect(receiver.requests[0]?.body.toString()).toBe('{"action":"check_url"}');
  expect(receiver.requests[0]?.headers).not.toHaveProperty('idempotency-key');
  for (const status of [200, 204, 302, 404, 500]) {
    receiver.behave(answer(status));
    expect(await ask(receiver.url, checkUrl)).toEqual({
      kind: 'connection-error',
      status,
      code: `HTTP_${status}`,
      reason: `the server answered ${status}; expected 202`,
    });
  }
});

test('check_system_id sends the id; 200 is registered and 204 is not', async () => {
  const receiver = await startReceiver();
  const check = () => ask(receiver.url, (transport) => checkSystemId(transport, systemId));
  expect(await check()).toMatchObject({ kind: 'registered' });
  expect(JSON.parse(receiver.requests[0]?.body.toString() ?? '')).toEqual({
    action: 'check_system_id',
    system_id: systemId,
  });
  receiver.behave(answer(204));
  expect(await check()).toMatchObject({ kind: 'not-registered' });
  receiver.behave(answer(202));
  expect(await check()).toMatchObject({ kind: 'connection-error', code: 'HTTP_202' });
});

test('a server that is away is a connection error with its reason', async () => {
  const receiver = await startReceiver();
  await receiver.stop();
  expect(await ask(receiver.url, checkUrl)).toMatchObject({
    kind: 'connection-error',
    status: undefined,
    code: 'ECONNREFUSED',
  });
});
