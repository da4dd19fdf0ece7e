/** The receivers' contract from the sender's side: every status over a real socket. */
import { expect, test } from '@jest/globals';
import { silentLogger } from '../../src/base/logger.ts';
import { createDelivery } from '../../src/delivery/delivery.ts';
import { createSpool } from '../../src/spool/create-spool.ts';
import { systemClock } from '../support/clocks.ts';
import { realDisk } from '../support/real-disk.ts';
import { answer, startReceiver } from '../support/scripted-receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createTestTransport } from '../support/transports.ts';

/** 1xx announce an answer and are none; undici reads on, so no report's fate hangs on them. */
const statuses = Array.from({ length: 400 }, (_, index) => 200 + index);

/** docs/specs/0001-delivery.md: what is put aside for good. 415 belongs to it where nothing is compressed. */
function isRejected(status: number): boolean {
  const waits = [401, 403, 404, 407, 408, 425, 429];
  return (
    status !== 200 && (status < 300 || (status >= 400 && status < 500 && !waits.includes(status)))
  );
}

test('every status leaves the report delivered, put aside or waiting, as specified', async () => {
  const receiver = await startReceiver();
  const clock = systemClock;
  const spool = createSpool({
    disk: realDisk,
    folder: temporaryFolder(),
    pid: process.pid,
    clock,
    logger: silentLogger,
  });
  const delivery = createDelivery({
    spool,
    transport: createTestTransport({ url: receiver.url }),
    clock,
    random: Math.random,
    logger: silentLogger,
    backlogPerSecond: Number.POSITIVE_INFINITY,
  });
  for (const status of statuses) {
    receiver.behave(answer(status));
    const entry = spool.append(1_800_000_000 + status, Buffer.from('{}'));
    const { accepted, rejected, remaining } = await delivery.drainOnce();
    expect({ status, accepted, rejected, remaining }).toEqual({
      status,
      accepted: status === 200 ? 1 : 0,
      rejected: isRejected(status) ? 1 : 0,
      remaining: status === 200 || isRejected(status) ? 0 : 1,
    });
    // What waits would be tried again with the next; this test asks each status once.
    spool.acknowledge(entry);
  }
  expect(receiver.requests).toHaveLength(statuses.length);
  await delivery.stop(0);
  spool.close();
});

test('a report is sent with the same bytes and the same key until it is taken', async () => {
  const receiver = await startReceiver();
  const clock = systemClock;
  const folder = temporaryFolder();
  const body = Buffer.from(JSON.stringify({ action: 'send_stats', name: 'ä€\u{1f5a5}' }));
  const open = () =>
    createSpool({ disk: realDisk, folder, pid: process.pid, clock, logger: silentLogger });
  const send = async (spool: ReturnType<typeof open>) => {
    const transport = createTestTransport({ url: receiver.url });
    const parts = { spool, transport, clock, random: Math.random, logger: silentLogger };
    const backlogPerSecond = Number.POSITIVE_INFINITY;
    const delivery = createDelivery({ ...parts, backlogPerSecond });
    await delivery.drainOnce();
    await delivery.stop(0);
    spool.close();
  };
  const first = open();
  first.append(1_800_000_000, body);
  receiver.behave(answer(503));
  await send(first);
  receiver.behave((_request, response) => response.socket?.resetAndDestroy());
  await send(open());
  receiver.behave(answer(200));
  await send(open());
  expect(receiver.requests).toHaveLength(3);
  for (const request of receiver.requests) expect(request.body).toEqual(body);
  expect(new Set(receiver.requests.map((r) => r.headers['idempotency-key'])).size).toBe(1);
});
