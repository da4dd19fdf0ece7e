import { expect, test } from '@jest/globals';
import { checkConformance } from '../../../src/delivery/conformance.ts';
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

test('a server that is away fails every question with its reason', async () => {
  const { passed, failed } = await examine('http://127.0.0.1:1/');
  expect(passed).toEqual([]);
  expect(failed[0]).toMatch(/^check_url is answered: 202, got ECONNREFUSED: /);
});
