import { afterEach, expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { createDelivery, type Delivery } from '../../../src/delivery/delivery.ts';
import type {
  PostAnswer,
  PostRequest,
  PostResult,
  Transport,
} from '../../../src/delivery/transport.ts';
import { createSpool } from '../../../src/spool/create-spool.ts';
import type { Spool } from '../../../src/spool/spool.ts';
import { createManualClock, type ManualClock, settle } from '../../support/clocks.ts';
import { realDisk } from '../../support/real-disk.ts';
import { createRecordingLogger, type RecordingLogger } from '../../support/recording-logger.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const epoch = 1_800_000_000;

interface ScriptedTransport extends Transport {
  readonly posts: readonly { readonly key: string; readonly body: string; readonly atMs: number }[];
  readonly isClosed: boolean;
  /** Decides by the number of the attempt (from 0) and the request. */
  script(
    respond: (attempt: number, request: PostRequest) => PostResult | Promise<PostResult>,
  ): void;
}

function status(code: number, retryAfter?: string): PostAnswer {
  return {
    kind: 'answer',
    status: code,
    retryAfter,
    date: undefined,
    location: undefined,
    notice: undefined,
    body: '',
  };
}

const refused: PostResult = {
  kind: 'failure',
  code: 'ECONNREFUSED',
  reason: 'connect ECONNREFUSED',
  connected: false,
};

function createScriptedTransport(clock: ManualClock): ScriptedTransport {
  const posts: { key: string; body: string; atMs: number }[] = [];
  let respond: (attempt: number, request: PostRequest) => PostResult | Promise<PostResult> = () =>
    status(200);
  let isClosed = false;
  return {
    posts,
    get isClosed() {
      return isClosed;
    },
    script: (next) => {
      respond = next;
    },
    async post(request) {
      const body = Buffer.from(request.body).toString();
      posts.push({ key: request.idempotencyKey ?? '', body, atMs: clock.monotonicMs() });
      return respond(posts.length - 1, request);
    },
    async close() {
      isClosed = true;
    },
  };
}

interface Scene {
  readonly clock: ManualClock;
  readonly logger: RecordingLogger;
  readonly spool: Spool;
  readonly transport: ScriptedTransport;
  readonly delivery: Delivery;
  /** Appends a report named by a number and tells the delivery. */
  report(number: number): void;
  /** The names of the reports posted so far. */
  posted(): readonly string[];
}

const scenes: Scene[] = [];

function createScene(options: { backlogPerSecond?: number } = {}): Scene {
  const clock = createManualClock(epoch * 1000);
  const logger = createRecordingLogger();
  const spool = createSpool({
    disk: realDisk,
    folder: temporaryFolder(),
    pid: process.pid,
    clock,
    logger,
  });
  const transport = createScriptedTransport(clock);
  const delivery = createDelivery({
    spool,
    transport,
    clock,
    logger,
    random: () => 0.5,
    backlogPerSecond: options.backlogPerSecond ?? Number.POSITIVE_INFINITY,
  });
  const scene: Scene = {
    clock,
    logger,
    spool,
    transport,
    delivery,
    report: (number) => delivery.announce(spool.append(epoch + number, Buffer.from(`${number}`))),
    posted: () => transport.posts.map((post) => post.body),
  };
  scenes.push(scene);
  return scene;
}

afterEach(async () => {
  for (const { delivery, clock, spool } of scenes.splice(0)) {
    const stopped = delivery.stop(0);
    await clock.advance(1);
    await stopped;
    spool.close();
  }
});

test('a report is sent as soon as it is announced, and forgotten after its 200', async () => {
  const { delivery, report, posted, spool } = createScene();
  void delivery.run();
  await settle();
  report(1);
  await settle();
  expect(posted()).toEqual(['1']);
  expect(spool.counts().pendingReports).toBe(0);
  expect(delivery.state()).toMatchObject({
    lastAcknowledgedEpoch: epoch + 1,
    lastAcknowledgedAtMs: epoch * 1000,
    acceptedReports: 1,
    consecutiveFailures: 0,
    lastError: undefined,
    nextAttemptAtMs: undefined,
  });
});

test('after an outage the newest goes first, then the backlog from its oldest on', async () => {
  const { delivery, report, posted } = createScene();
  for (const number of [1, 2, 3, 4]) report(number);
  void delivery.run();
  await settle();
  expect(posted()).toEqual(['4', '1', '2', '3']);
});

test('the backlog is paced, and a new report overtakes it', async () => {
  const { clock, delivery, report, posted } = createScene({ backlogPerSecond: 2 });
  for (const number of [1, 2, 3, 4, 5]) report(number);
  void delivery.run();
  await settle();
  expect(posted()).toEqual(['5', '1']);
  report(6);
  await settle();
  expect(posted()).toEqual(['5', '1', '6']);
  await clock.advance(500);
  expect(posted()).toEqual(['5', '1', '6', '2']);
  await clock.advance(1000);
  expect(posted()).toEqual(['5', '1', '6', '2', '3', '4']);
});

test('a failed attempt is made again under the same key, later and later', async () => {
  const { clock, delivery, report, transport, spool } = createScene();
  transport.script((attempt) => (attempt < 4 ? refused : status(200)));
  report(1);
  void delivery.run();
  await clock.advance(60_000);
  const times = transport.posts.map((post) => post.atMs);
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 500, 1500, 3500, 7500]);
  expect(new Set(transport.posts.map((post) => post.key)).size).toBe(1);
  expect(spool.counts().pendingReports).toBe(0);
});

test('while the server is away a new report makes no attempt of its own', async () => {
  const { clock, delivery, report, transport } = createScene();
  transport.script(() => refused);
  void delivery.run();
  for (let number = 0; number < 100; number += 1) {
    report(number);
    await clock.advance(6000);
  }
  expect(transport.posts.length).toBeLessThan(15);
  expect(delivery.state().consecutiveFailures).toBe(transport.posts.length);
});

test('Retry-After is honoured', async () => {
  const { clock, delivery, report, transport, posted } = createScene();
  transport.script((attempt) => (attempt === 0 ? status(503, '60') : status(200)));
  report(1);
  void delivery.run();
  await clock.advance(59_000);
  expect(posted()).toEqual(['1']);
  expect(delivery.state().nextAttemptAtMs).toBe((epoch + 63) * 1000);
  await clock.advance(5000);
  expect(posted()).toEqual(['1', '1']);
});

test('the spool is looked after every few seconds, however long the wait for the server', async () => {
  const { clock, delivery, report, spool, transport } = createScene();
  let looks = 0;
  const maintain = spool.maintain;
  spool.maintain = () => {
    looks += 1;
    maintain();
  };
  transport.script(() => status(503, '3600'));
  report(1);
  void delivery.run();
  await clock.advance(600_000);
  expect(transport.posts).toHaveLength(1);
  expect(looks).toBeGreaterThanOrEqual(60);
});

test('401 waits for a person: slowly, and with a line that says so, not with one each time', async () => {
  const { clock, delivery, logger, report, transport } = createScene();
  transport.script(() => status(401));
  void delivery.run();
  for (let number = 0; number < 60; number += 1) {
    report(number);
    await clock.advance(60_000);
  }
  expect(transport.posts.length).toBeLessThan(12);
  const lines = logger.lines.filter((line) => line.event.startsWith('delivery.failed'));
  expect(lines[0]).toMatchObject({ level: 'error', fields: { code: 'HTTP_401' } });
  expect(lines.length).toBeLessThanOrEqual(7);
});

test('new settings or credentials end the waiting', async () => {
  const { delivery, report, transport, posted } = createScene();
  transport.script(() => status(401));
  report(1);
  void delivery.run();
  await settle();
  transport.script(() => status(200));
  delivery.retryNow();
  await settle();
  expect(posted()).toEqual(['1', '1']);
  expect(delivery.state().consecutiveFailures).toBe(0);
});

test('a rejected report is put aside and the others go on', async () => {
  const { delivery, logger, report, transport, spool, posted } = createScene();
  transport.script((attempt) => status(attempt === 1 ? 422 : 200));
  for (const number of [1, 2, 3]) report(number);
  void delivery.run();
  await settle();
  expect(posted()).toEqual(['3', '1', '2']);
  expect(spool.counts()).toMatchObject({ pendingReports: 0, rejectedReports: 1 });
  expect(delivery.state()).toMatchObject({ acceptedReports: 2, rejectedReports: 1 });
  expect(logger.events()).toContain('delivery.rejected');
});

test('a report that the server stumbles over does not hold up the others', async () => {
  const { clock, delivery, report, transport, spool, posted } = createScene();
  transport.script((_attempt, request) =>
    status(Buffer.from(request.body).toString() === '2' ? 500 : 200),
  );
  for (const number of [1, 2, 3, 4, 5]) report(number);
  void delivery.run();
  await clock.advance(10_000);
  expect(new Set(posted())).toEqual(new Set(['1', '2', '3', '4', '5']));
  expect(spool.pending().map((entry) => entry.epoch - epoch)).toEqual([2]);
  await clock.advance(3_600_000);
  const attempts = posted().filter((name) => name === '2').length;
  expect(attempts).toBeGreaterThan(10);
  expect(attempts).toBeLessThan(60);
  transport.script(() => status(200));
  await clock.advance(300_000);
  expect(spool.counts().pendingReports).toBe(0);
});

test('a report that cannot be read just now steps back, and the others go on', async () => {
  const { clock, delivery, report, spool, posted } = createScene();
  for (const number of [1, 2, 3]) report(number);
  const [locked] = spool.pending();
  const read = spool.read;
  let isLocked = true;
  spool.read = (entry) => {
    if (isLocked && entry.key === locked?.key) {
      throw new MonitorError({ code: 'PERMISSION', operation: 'read it', reason: 'EPERM' });
    }
    return read(entry);
  };
  void delivery.run();
  await clock.advance(10_000);
  expect(posted()).toEqual(['3', '2']);
  expect(delivery.state().lastError).toMatchObject({ code: 'SPOOL_READ' });
  isLocked = false;
  await clock.advance(600_000);
  expect(posted()).toEqual(['3', '2', '1']);
});

test('an hour of failures is told in few lines, and the recovery with them', async () => {
  const { clock, delivery, logger, report, transport } = createScene();
  transport.script(() => refused);
  report(1);
  void delivery.run();
  await clock.advance(3_600_000);
  transport.script(() => status(200));
  await clock.advance(300_000);
  expect(logger.lines.length).toBeLessThanOrEqual(8);
  expect(logger.events().at(-1)).toBe('delivery.recovered');
});

test('a receiver that sees two machines under one id is heard, and said once', async () => {
  const { clock, delivery, logger, report, transport } = createScene();
  const accepted = status(200);
  transport.script(() => ({ ...accepted, notice: 'other-machine' }));
  void delivery.run();
  for (const number of [1, 2, 3]) {
    report(number);
    await clock.advance(1000);
  }
  expect(delivery.state()).toMatchObject({
    acceptedReports: 3,
    otherMachineSeenAtMs: (epoch + 2) * 1000,
  });
  expect(logger.lines.map((line) => [line.level, line.event])).toEqual([
    ['error', 'delivery.duplicate_system_id'],
  ]);
});

test('drainOnce tries each report once and ends early when the server is away', async () => {
  const { delivery, report, transport, posted } = createScene();
  for (const number of [1, 2, 3]) report(number);
  transport.script((attempt) => (attempt === 1 ? status(500) : status(200)));
  expect(await delivery.drainOnce()).toMatchObject({ accepted: 2, rejected: 0, remaining: 1 });
  expect(posted()).toEqual(['3', '1', '2']);
  transport.script(() => refused);
  report(4);
  const result = await delivery.drainOnce();
  expect(result).toMatchObject({ accepted: 0, remaining: 2, lastError: { code: 'ECONNREFUSED' } });
  expect(posted()).toHaveLength(4);
});

test('drainOnce ends at once when it is told to, although the server says nothing', async () => {
  const { delivery, report, transport, spool } = createScene();
  transport.script(
    (_attempt, request) =>
      new Promise((resolve) => {
        request.signal?.addEventListener('abort', () => resolve({ ...refused, code: 'ABORTED' }));
      }),
  );
  for (const number of [1, 2]) report(number);
  const controller = new AbortController();
  const drained = delivery.drainOnce(controller.signal);
  await settle();
  controller.abort();
  expect(await drained).toMatchObject({ accepted: 0, remaining: 2, lastError: undefined });
  expect(transport.posts).toHaveLength(1);
  expect(spool.counts().pendingReports).toBe(2);
});

test('a stop lets the request in hand end, and cuts it off after the grace', async () => {
  const { clock, delivery, report, transport, spool } = createScene();
  transport.script(
    (_attempt, request) =>
      new Promise((resolve) => {
        request.signal?.addEventListener('abort', () => resolve({ ...refused, code: 'ABORTED' }));
      }),
  );
  report(1);
  const ended = delivery.run();
  await settle();
  let stopped = false;
  void delivery.stop(2000).then(() => {
    stopped = true;
  });
  await clock.advance(1999);
  expect(stopped).toBe(false);
  await clock.advance(1);
  await ended;
  expect(stopped).toBe(true);
  expect(transport.isClosed).toBe(true);
  expect(spool.counts().pendingReports).toBe(1);
});

test('a stop while it waits is at once', async () => {
  const { delivery, report, transport } = createScene();
  transport.script(() => refused);
  report(1);
  const ended = delivery.run();
  await settle();
  await delivery.stop(2000);
  await ended;
  expect(transport.posts).toHaveLength(1);
});

test('another transport takes over at once, and the old one ends its request first', async () => {
  const { clock, delivery, report, transport } = createScene();
  let finish = () => {};
  transport.script(
    () =>
      new Promise((resolve) => {
        finish = () => resolve(status(503));
      }),
  );
  report(1);
  void delivery.run();
  await settle();
  const replacement = createScriptedTransport(clock);
  delivery.replaceTransport(replacement);
  await settle();
  expect(transport.isClosed).toBe(false);
  finish();
  await settle();
  expect(transport.isClosed).toBe(true);
  delivery.retryNow();
  await settle();
  expect(replacement.posts.map((post) => post.key)).toEqual(transport.posts.map((p) => p.key));
});
