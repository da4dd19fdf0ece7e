/** A delivery under watch through generated days: servers, disks, clocks and people at their worst. */
import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { Clock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { longestBackoffMs } from '../../src/delivery/backoff.ts';
import { createDelivery, type Delivery, type DeliveryState } from '../../src/delivery/delivery.ts';
import { longestWaitMs } from '../../src/delivery/plan.ts';
import type { Spool, SpoolEntry } from '../../src/spool/spool.ts';
import { type ManualClock, settle } from './clocks.ts';
import { answerOf, anyResult } from './delivery-arbitraries.ts';
import { type Answer, createDeliveryWatch, type DeliveryWatch } from './delivery-watch.ts';
import type { ModelSpool } from './model-spool.ts';

/** What happens next. */
export type Step =
  | { readonly kind: 'report'; readonly ageSeconds: number; readonly isAnnounced: boolean }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }
  | { readonly kind: 'set-clock'; readonly byMs: number }
  | { readonly kind: 'retry' | 'replace' | 'restart' | 'once' }
  | { readonly kind: 'lock' | 'unlock' | 'damage' | 'drop'; readonly which: number };

const minuteMs = 60_000;
const graceMs = 2000;
const healthy: Answer = { result: answerOf(200), latencyMs: 5 };

const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  result: anyResult,
  latencyMs: fc.oneof(fc.constant(0), fc.nat(200), fc.nat(30_000)),
});
const report = fc.record({
  kind: fc.constant('report' as const),
  // Mostly of now; what `spool retry` brings back or a clock that was set back makes is older.
  ageSeconds: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(1000)),
  isAnnounced: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
});
const pass = fc.record({
  kind: fc.constant('pass' as const),
  ms: fc.oneof(fc.nat(3000), fc.nat(10 * minuteMs)),
});
const answers = fc.record({
  kind: fc.constant('answers' as const),
  answers: fc.array(anyAnswer, { minLength: 1, maxLength: 6 }),
});
const setClock = fc.record({
  kind: fc.constant('set-clock' as const),
  byMs: fc.integer({ min: -86_400_000, max: 86_400_000 }),
});
const person = fc.record({ kind: fc.constantFrom('retry', 'replace', 'restart', 'once') });
const disk = fc.record({
  kind: fc.constantFrom('lock', 'unlock', 'damage', 'drop'),
  which: fc.nat(20),
});
const common = [
  { weight: 6, arbitrary: report },
  { weight: 5, arbitrary: pass },
  { weight: 5, arbitrary: answers },
  { weight: 1, arbitrary: setClock },
  { weight: 2, arbitrary: person },
] as const;

export const anySteps = (maxLength: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(fc.oneof(...common, { weight: 3, arbitrary: disk }), { maxLength });
/** Without what only a model of a disk can do. */
export const stepsWithoutDisk = (maxLength: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(fc.oneof(...common), { maxLength });

/** A delivery under watch, and what may happen to it. */
export interface Day {
  readonly watch: DeliveryWatch;
  readonly appended: readonly SpoolEntry[];
  state(): DeliveryState;
  take(step: Step): Promise<void>;
  /** The server is well and the disk too: until nothing waits, or far beyond every wait. */
  recover(): Promise<void>;
  end(): Promise<void>;
}

export interface DayOptions {
  readonly clock: ManualClock;
  readonly openSpool: () => Spool;
  readonly model: ModelSpool | undefined;
  readonly perSecond: number;
  readonly draws: readonly number[];
}

export function beginDay(options: DayOptions): Day {
  const { clock, openSpool, model, perSecond, draws } = options;
  const watch = createDeliveryWatch(clock, perSecond);
  const appended: SpoolEntry[] = [];
  const sleepsMs: number[] = [];
  let sleepers = 0;
  let draw = 0;
  let spool = openSpool();
  const watchedClock: Clock = {
    ...clock,
    async sleep(ms, signal) {
      sleepers += 1;
      sleepsMs.push(ms);
      await clock.sleep(ms, signal);
      sleepers -= 1;
    },
  };
  watch.answer([healthy]);
  let delivery = createOne();
  let ended = delivery.run();

  function createOne(): Delivery {
    return createDelivery({
      spool,
      transport: watch.createTransport(),
      clock: watchedClock,
      random: () => draws[draw++ % draws.length] ?? 0.5,
      logger: silentLogger,
      backlogPerSecond: perSecond,
    });
  }

  /** As long as it takes, in time that the test makes. */
  async function passUntil(promise: Promise<unknown>, stepMs: number): Promise<void> {
    let isOver = false;
    void promise.then(() => {
      isOver = true;
    });
    for (let turn = 0; turn < 1000 && !isOver; turn += 1) await clock.advance(stepMs);
    await promise;
  }

  async function stop(): Promise<void> {
    const beganMs = clock.monotonicMs();
    await passUntil(delivery.stop(graceMs), 100);
    await ended;
    expect(clock.monotonicMs() - beganMs).toBeLessThanOrEqual(graceMs + 100);
    expect(watch.inFlight).toBe(0);
  }

  async function begin(drains: boolean): Promise<void> {
    await stop();
    spool.close();
    spool = openSpool();
    watch.noteBegin(drains);
    delivery = createOne();
    ended = drains ? Promise.resolve() : delivery.run();
    if (!drains) return;
    await passUntil(delivery.drainOnce(), 1000);
    await begin(false);
  }

  function touch(kind: 'lock' | 'unlock' | 'damage' | 'drop', which: number): void {
    const waiting = spool.pending();
    const entry = waiting[which % waiting.length];
    if (kind === 'unlock') model?.unlockAll();
    else if (entry !== undefined) {
      watch.noteTrouble(entry);
      model?.[kind](entry);
    }
  }

  async function take(step: Step): Promise<void> {
    const { consecutiveFailures, failedAttempts } = delivery.state();
    const isIdle = watch.inFlight === 0;
    switch (step.kind) {
      case 'report': {
        const epoch = Math.floor(clock.epochMs() / 1000) - step.ageSeconds;
        const entry = spool.append(epoch, Buffer.from(`report ${appended.length}`));
        appended.push(entry);
        if (!step.isAnnounced) break;
        watch.noteAnnounced(entry);
        delivery.announce(entry);
        break;
      }
      case 'pass':
        await clock.advance(step.ms);
        break;
      case 'answers':
        watch.answer(step.answers);
        break;
      case 'set-clock':
        clock.setEpochMs(clock.epochMs() + step.byMs);
        break;
      case 'retry':
        watch.noteReset();
        delivery.retryNow();
        break;
      case 'replace':
        watch.noteReset();
        delivery.replaceTransport(watch.createTransport());
        break;
      case 'restart':
      case 'once':
        await begin(step.kind === 'once');
        break;
      default:
        touch(step.kind, step.which);
    }
    await settle();
    // Either a request is in flight, which has a bound of its own, or a timer runs that will end.
    expect(sleepers + watch.inFlight).toBe(1);
    const newSleepsMs = sleepsMs.splice(0);
    expect(Math.max(0, ...newSleepsMs)).toBeLessThanOrEqual(longestWaitMs);
    const { nextAttemptAtMs = 0, failedAttempts: failedSince } = delivery.state();
    const waitMs = nextAttemptAtMs - clock.epochMs();
    expect(waitMs).toBeLessThanOrEqual(longestBackoffMs);
    if (step.kind === 'report' && step.isAnnounced && isIdle && consecutiveFailures === 0)
      expect(watch.requests.get(appended.at(-1)?.key ?? '')).toBe(1);
    if (step.kind === 'retry' || step.kind === 'replace') {
      // It looked again at once, and waits no longer for a failure of before.
      expect(newSleepsMs.length + watch.inFlight).toBeGreaterThan(0);
      if (failedSince === failedAttempts) expect(waitMs).toBeLessThanOrEqual(0);
    }
  }

  return {
    watch,
    appended,
    state: () => delivery.state(),
    take,
    async recover() {
      watch.answer([healthy]);
      watch.answerTo(new Map());
      model?.unlockAll();
      // The longest common wait, then the longest of a report's own.
      const untilMs = clock.monotonicMs() + 2 * longestBackoffMs + appended.length * minuteMs;
      while (spool.counts().pendingReports > 0 && clock.monotonicMs() < untilMs)
        await clock.advance(minuteMs);
      expect(spool.counts().pendingReports).toBe(0);
    },
    async end() {
      await stop();
      spool.close();
      expect(watch.openConnections).toBe(0);
    },
  };
}
