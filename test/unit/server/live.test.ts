import { expect, test } from '@jest/globals';
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

test('a page hears of the systems that reported, each once, however many reports arrived', async () => {
  await using receiver = await startReceiver();
  const text = await readEvents(
    receiver,
    (seen) => seen.includes('event: systems'),
    async () => {
      for (let at = 0; at < 20; at += 1) {
        await receiver.post(exampleReport({ system_id: `m${at % 2}`, epoch: 1000 + at }));
      }
    },
  );
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? '';
  const { systems } = JSON.parse(data);
  expect(systems.map((system: { id: string }) => system.id)).toEqual(['m0', 'm1']);
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
