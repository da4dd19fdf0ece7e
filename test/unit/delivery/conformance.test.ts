import { expect, test } from '@jest/globals';
import { checkConformance } from '../../../src/delivery/conformance.ts';
import { systemIdPattern } from '../../../src/wire/system-id.ts';
import { startOriginalReceiver } from '../../support/original-receiver.ts';
import { startReceiver as startOurReceiver } from '../../support/receiver.ts';
import { exampleSystemId } from '../../support/report.ts';
import { answer, startReceiver } from '../../support/scripted-receiver.ts';
import { createTestTransport } from '../../support/transports.ts';

/** What the kit says of the receiver at `url`: the names that passed, and those that did not. */
async function examine(url: string) {
  const transport = createTestTransport({ url });
  const passed: string[] = [];
  const failed: string[] = [];
  try {
    const options = { transport, systemId: exampleSystemId, epoch: 1_795_000_000, url };
    for await (const result of checkConformance(options)) {
      if (result.passed) passed.push(result.name);
      else failed.push(`${result.name}: ${result.expected}, got ${result.got}`);
    }
  } finally {
    await transport.close();
  }
  return { passed, failed };
}

test('our own receiver conforms', async () => {
  await using receiver = await startOurReceiver();
  const { passed, failed } = await examine(receiver.url);
  expect(failed).toEqual([]);
  expect(passed.length).toBeGreaterThan(10);
});

test('a receiver that follows the original to the letter conforms', async () => {
  const receiver = await startOriginalReceiver({ registeredIds: [] });
  try {
    expect((await examine(receiver.url)).failed).toEqual([]);
    expect(receiver.requests.filter((request) => request.status === 400)).toHaveLength(2);
  } finally {
    await receiver.close();
  }
});

test('a server that answers 200 to everything is found out', async () => {
  const receiver = await startReceiver({ behaviour: answer(200) });
  expect((await examine(receiver.url)).failed).toEqual([
    'check_url is answered: 202, got 200',
    'an unknown id is not registered: 204, got 200',
    'an unknown action is refused: 4xx, got 200',
    'a body that is not JSON is refused: 4xx, got 200',
  ]);
});

test('ids are asked for that a receiver may stumble over, each a valid one of its own', async () => {
  const receiver = await startReceiver({ behaviour: answer(200) });
  await examine(receiver.url);
  const ids = receiver.requests
    .map(({ body }) => /"system_id":("(?:[^"\\]|\\.)*")/.exec(body.toString())?.[1])
    .map((id): unknown => JSON.parse(id ?? '""'));
  const odd = [...new Set(ids)].filter((id) => id !== exampleSystemId && id !== '').map(String);
  expect(odd.length).toBeGreaterThanOrEqual(6);
  for (const id of odd) expect(id).toMatch(systemIdPattern);
  for (const part of [' ', '..', '/', '%', '\\', 'ü', '日', '🦊']) {
    expect(odd.some((id) => id.includes(part))).toBe(true);
  }
  expect(Math.max(...odd.map((id) => [...id].length))).toBe(200);
});

test('a receiver that looks at ids by its own rules is found out', async () => {
  const receiver = await startReceiver({
    behaviour: (request, response) => {
      const { system_id: id } = JSON.parse(`${request.body}`.replace(/^\{"action":$/, '{}'));
      answer(/^[A-Za-z0-9-]*$/.test(id ?? '') ? 200 : 400)(request, response);
    },
  });
  const { failed } = await examine(receiver.url);
  expect(failed).toContain('an id with blanks is accepted: 200, got 400');
  expect(failed).toContain('an id of 200 characters is accepted: 200, got 400');
  expect(failed).toContain(
    'check_system_id is answered for each of these ids: 200 or 204, got 400',
  );
});

test('a server that is away fails every question with its reason', async () => {
  const { passed, failed } = await examine('http://127.0.0.1:1/');
  expect(passed).toEqual([]);
  expect(failed[0]).toMatch(/^check_url is answered: 202, got ECONNREFUSED: /);
});
