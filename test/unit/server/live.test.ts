import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { createLive } from '../../../server-example/live.ts';
import { type RunningReceiver, startReceiver } from '../../support/receiver.ts';
import { exampleReport } from '../../support/report.ts';

/** Reads a stream of events until `wanted` says that it has seen enough. */
async function readEvents(
  receiver: RunningReceiver,
  wanted: (text: string) => boolean,
  whileOpen: () => Promise<void>,
): Promise<string> {
  const response = await fetch(new URL('api/events', receiver.url));
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body?.getReader();
  let text = '';
  const decoder = new TextDecoder();
  await whileOpen();
  while (reader !== undefined && !wanted(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}

test('a page hears of a system that reported', async () => {
  await using receiver = await startReceiver();
  const text = await readEvents(
    receiver,
    (seen) => seen.includes('event: systems'),
    async () => {
      await receiver.post(exampleReport({ system_id: 'Linux-a' }));
    },
  );
  const { systems } = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '');
  expect(systems).toEqual([expect.objectContaining({ id: 'Linux-a', state: 'up' })]);
});

test('a system that reports often between two events is in the next one once', async () => {
  const asked: (readonly string[])[] = [];
  const summaries = async (ids: readonly string[]) => {
    asked.push(ids);
    return [];
  };
  const live = createLive({ summaries, flushMs: 1 });
  const server = createServer((_request, response) => live.subscribe(response, () => true));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    live.changed('before anybody listened');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const reader = response.body?.getReader();
    for (let at = 0; at < 20; at += 1) live.changed(`m${at % 2}`);
    const decoder = new TextDecoder();
    let text = '';
    while (!text.includes('event:')) text += decoder.decode((await reader?.read())?.value);
    expect(asked).toEqual([['m0', 'm1']]);
    await reader?.cancel();
  } finally {
    live.close();
    server.close();
  }
});

test('a duplicate is no news', async () => {
  await using receiver = await startReceiver();
  await receiver.post(exampleReport({ system_id: 'old' }));
  const text = await readEvents(
    receiver,
    (seen) => seen.includes('event: systems'),
    async () => {
      await receiver.post(exampleReport({ system_id: 'old' }));
      await receiver.post(exampleReport({ system_id: 'new' }));
    },
  );
  expect(text).toContain('"id":"new"');
  expect(text).not.toContain('"id":"old"');
});

test('a receiver that closes ends its streams', async () => {
  const receiver = await startReceiver();
  const response = await fetch(new URL('api/events', receiver.url));
  await receiver[Symbol.asyncDispose]();
  expect(await response.text()).toBe('retry: 3000\n\n');
});

test('a page whose token was withdrawn hears no more', async () => {
  let allowed = true;
  const live = createLive({ summaries: async () => [], heartbeatMs: 5 });
  const server = createServer((_request, response) => live.subscribe(response, () => allowed));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let text = '';
    while (!text.includes(': still here')) text += decoder.decode((await reader?.read())?.value);
    allowed = false;
    while ((await reader?.read())?.done !== true) {
      // Heartbeats that were on their way; the end must come.
    }
    expect(live.listeners).toBe(0);
  } finally {
    live.close();
    server.close();
  }
});

test('more pages than there is room for are told to come again', async () => {
  const live = createLive({ summaries: async () => [], listenersMax: 0 });
  try {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    expect(() => live.subscribe(response, () => true)).toThrow('too many pages are open');
  } finally {
    live.close();
  }
});
