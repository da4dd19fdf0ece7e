/** What a delivery says of itself, in the log and to `status`, and what it lets go. */
import { expect, test } from '@jest/globals';
import { createDelivery } from '../../../src/delivery/delivery.ts';
import type { PostResult, Transport } from '../../../src/delivery/transport.ts';
import { createManualClock, settle } from '../../support/clocks.ts';
import { answerOf } from '../../support/delivery-arbitraries.ts';
import { createModelSpool } from '../../support/model-spool.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

const epoch = 1_800_000_000;
const refused: PostResult = {
  kind: 'failure',
  code: 'ECONNREFUSED',
  reason: 'connect ECONNREFUSED',
  connected: false,
};

/** Three reports wait; the server gives these results, and 200 from then on. */
function createScene(results: readonly PostResult[], post?: Transport['post']) {
  const clock = createManualClock(epoch * 1000);
  const logger = createRecordingLogger();
  const spool = createModelSpool();
  for (let number = 0; number < 3; number += 1)
    spool.append(epoch + number, Buffer.from(`${number}`));
  const left = [...results];
  let posts = 0;
  let isClosed = false;
  const transport: Transport = {
    post(request) {
      posts += 1;
      return post === undefined ? Promise.resolve(left.shift() ?? answerOf(200)) : post(request);
    },
    async close() {
      isClosed = true;
    },
  };
  const delivery = createDelivery({
    ...{ spool, transport, clock, logger },
    random: () => 0.5,
    backlogPerSecond: Number.POSITIVE_INFINITY,
  });
  return {
    ...{ clock, logger, spool, delivery },
    posts: () => posts,
    isClosed: () => isClosed,
  };
}

test('a failure is told with its reason, the wait and what waits; each new reason; the end', async () => {
  const busy = answerOf(503, { body: 'busy' });
  const { clock, delivery, logger } = createScene([refused, refused, busy]);
  void delivery.run();
  await clock.advance(30_000);
  const fields = { reason: 'connect ECONNREFUSED', failures: 1, wait_ms: 500, waiting: 3 };
  const busyFields = { reason: 'status 503: busy', failures: 3, wait_ms: 2000, waiting: 3 };
  expect(logger.lines).toEqual([
    { level: 'warn', event: 'delivery.failed', fields: { code: 'ECONNREFUSED', ...fields } },
    { level: 'warn', event: 'delivery.failed', fields: { code: 'HTTP_503', ...busyFields } },
    { level: 'info', event: 'delivery.recovered', fields: { failures: 3, waiting: 2 } },
  ]);
  await delivery.stop(0);
});

test('status shows the failure, the next attempt and what was rejected', async () => {
  const { clock, delivery, logger } = createScene([answerOf(401), answerOf(422)]);
  void delivery.run();
  await settle();
  expect(delivery.state()).toMatchObject({
    lastError: { atMs: epoch * 1000, code: 'HTTP_401', reason: 'status 401' },
    nextAttemptAtMs: epoch * 1000 + 45_000,
    failedAttempts: 1,
  });
  await clock.advance(60_000);
  expect(delivery.state()).toMatchObject({
    lastError: { atMs: epoch * 1000 + 45_000, code: 'HTTP_422', reason: 'status 422' },
    nextAttemptAtMs: undefined,
    rejectedReports: 1,
    acceptedReports: 2,
  });
  expect(logger.lines.at(1)).toEqual({
    level: 'error',
    event: 'delivery.rejected',
    fields: { reason: 'status 422', epoch },
  });
  await delivery.stop(0);
});

test('another machine under this id is told with what to do', async () => {
  const { delivery, logger } = createScene([answerOf(200, { notice: 'other-machine' })]);
  await delivery.drainOnce();
  expect(logger.lines).toMatchObject([{ event: 'delivery.duplicate_system_id' }]);
  expect(logger.lines[0]?.fields.hint).toContain('generate_system_id --save');
});

test('a drain is over when it is over: its signal ends nothing later', async () => {
  const controller = new AbortController();
  const { delivery, spool, posts } = createScene([]);
  await delivery.drainOnce(controller.signal);
  controller.abort();
  spool.append(epoch + 9, Buffer.from('9'));
  expect(await delivery.drainOnce()).toMatchObject({ accepted: 1, remaining: 0 });
  expect(posts()).toBe(4);
});

test('a drain looks after the spool first, which may bring reports to send', async () => {
  const { delivery, spool } = createScene([]);
  spool.maintain = () => {
    spool.append(epoch + 9, Buffer.from('9'));
  };
  expect(await delivery.drainOnce()).toMatchObject({ accepted: 4, remaining: 0 });
});

test('a drain that nobody wants sends nothing', async () => {
  const { delivery, posts } = createScene([]);
  const result = await delivery.drainOnce(AbortSignal.abort());
  expect(result).toMatchObject({ accepted: 0, remaining: 3 });
  expect(posts()).toBe(0);
});

test('a stop is over when the request is, however long the transport takes to end it', async () => {
  const clock = createManualClock();
  const {
    delivery,
    isClosed,
    clock: own,
  } = createScene([], async () => {
    await clock.sleep(5000);
    return refused;
  });
  void delivery.run();
  await settle();
  let isStopped = false;
  const stopped = delivery.stop(100).then(() => {
    isStopped = true;
  });
  await own.advance(1000);
  expect([isStopped, isClosed()]).toEqual([false, true]);
  await clock.advance(5000);
  await stopped;
});

test('a stop closes the connection although run ended by a bug, which run alone tells', async () => {
  const { delivery, isClosed } = createScene([], () => Promise.reject(new Error('a bug')));
  await expect(delivery.run()).rejects.toThrow('a bug');
  await delivery.stop(0);
  expect(isClosed()).toBe(true);
});
