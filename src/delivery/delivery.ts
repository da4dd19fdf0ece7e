/**
 * Sends what the spool holds until the server has acknowledged it.
 *
 *   live lane     the report just collected goes first, so that the server sees now before then
 *   backlog lane  then the others, oldest first (those are the first to be dropped), paced
 *
 * One request at a time. A failure that is the server's waits for all (backoff.ts); one that may be
 * a single report's makes that report step back while the others go on.
 */
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { createRateLimitedLog } from '../base/rate-limited-log.ts';
import type { Spool, SpoolEntry } from '../spool/spool.ts';
import { backoffMs } from './backoff.ts';
import { classify } from './outcome.ts';
import type { Outcome, Transport } from './transport.ts';

export interface DeliveryOptions {
  readonly spool: Spool;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  /** Backlog reports sent a second; Infinity for as fast as they go. */
  readonly backlogPerSecond?: number;
}

export interface DeliveryState {
  /** Epoch (seconds) of the collection of the report acknowledged last, since this start. */
  readonly lastAcknowledgedEpoch: number | undefined;
  /** When that was, milliseconds since 1970. */
  readonly lastAcknowledgedAtMs: number | undefined;
  readonly lastError:
    | { readonly atMs: number; readonly code: string; readonly reason: string }
    | undefined;
  /**
   * When the receiver last said that another machine reports under this id, milliseconds since
   * 1970. Only the receiver can know: it sees two reports of one second under two keys.
   */
  readonly otherMachineSeenAtMs: number | undefined;
  readonly consecutiveFailures: number;
  /** Milliseconds since 1970, while a failure makes us wait. */
  readonly nextAttemptAtMs: number | undefined;
  readonly acceptedReports: number;
  readonly rejectedReports: number;
  readonly failedAttempts: number;
}

export interface DrainResult {
  readonly accepted: number;
  readonly rejected: number;
  readonly remaining: number;
  readonly lastError: DeliveryState['lastError'];
}

export interface Delivery {
  /** Sends until `stop`. Rejects only for a bug, with which the process should end. */
  run(): Promise<void>;
  /** A report was appended: it goes first, unless a failure makes everything wait. */
  announce(entry: SpoolEntry): void;
  /** Forgets all waiting: the settings or the credentials have changed. */
  retryNow(): void;
  /** The next attempt goes over this one; the old one is closed when its request has ended. */
  replaceTransport(transport: Transport): void;
  /**
   * Tries every waiting report once, and ends early when the server is away. For `background
   * --once`; not while `run` runs. `signal` ends it at once, and this delivery with it.
   */
  drainOnce(signal?: AbortSignal): Promise<DrainResult>;
  /** Ends `run`: a request in flight may end by itself for so long, then it is cut off. Idempotent. */
  stop(graceMs: number): Promise<void>;
  state(): DeliveryState;
}

const defaultBacklogPerSecond = 20;
/** How often the spool is looked after while nothing is sent. */
const idleMs = 10_000;
const otherMachineNotice = 'other-machine';
const logIntervalMs = 10 * 60_000;

interface Deferral {
  readonly failures: number;
  readonly untilMs: number;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { spool, clock, random, logger, backlogPerSecond = defaultBacklogPerSecond } = options;
  const log = createRateLimitedLog({ logger, clock, intervalMs: logIntervalMs });
  const cutOff = new AbortController();
  /** Reports that stepped back, by key. */
  const deferrals = new Map<string, Deferral>();
  let transport = options.transport;
  let sending = false;
  let stopping = false;
  let running: Promise<void> | undefined;
  let waiting: { readonly controller: AbortController; readonly forReports: boolean } | undefined;
  let live: SpoolEntry | undefined;
  let highestTriedKey = '';
  let waitUntilMs = 0;
  let backlogNotBeforeMs = 0;
  let failures = 0;
  let lastError: DeliveryState['lastError'];
  let otherMachineSeenAtMs: number | undefined;
  let lastAcknowledgedEpoch: number | undefined;
  let lastAcknowledgedAtMs: number | undefined;
  let acceptedReports = 0;
  let rejectedReports = 0;
  let failedAttempts = 0;

  /** Sleeps until the time, a stop, or (where `forReports`) a new report. */
  async function wait(ms: number, forReports: boolean): Promise<void> {
    const controller = new AbortController();
    waiting = { controller, forReports };
    // Not for longer than the spool may go without being looked after.
    await clock.sleep(Math.min(ms, idleMs), controller.signal);
    waiting = undefined;
  }

  /** The report to send now, and whether it is of the live lane. */
  function next(nowMs: number): { entry: SpoolEntry; isLive: boolean } | undefined {
    const fresh = live ?? newestUntried();
    live = undefined;
    if (fresh !== undefined) return { entry: fresh, isLive: true };
    const entry = spool.oldest((one) => (deferrals.get(one.key)?.untilMs ?? 0) <= nowMs);
    return entry === undefined ? undefined : { entry, isLive: false };
  }

  function newestUntried(): SpoolEntry | undefined {
    const newest = spool.newest();
    return newest !== undefined && newest.key > highestTriedKey ? newest : undefined;
  }

  /** Sends one report and does what its outcome asks for. Undefined where there was none to send. */
  async function send(entry: SpoolEntry): Promise<Outcome | undefined> {
    if (entry.key > highestTriedKey) highestTriedKey = entry.key;
    let body: Uint8Array | undefined;
    try {
      body = spool.read(entry);
    } catch (error) {
      const outcome = localFailure(errorMessage(error));
      noteFailure(entry, outcome);
      return outcome;
    }
    if (body === undefined) return undefined;
    const used = transport;
    sending = true;
    const result = await used.post({ body, idempotencyKey: entry.key, signal: cutOff.signal });
    sending = false;
    if (used !== transport) void used.close();
    const outcome = classify(result, { epochMs: clock.epochMs() });
    if (result.kind === 'answer' && result.notice === otherMachineNotice) noteOtherMachine();
    if (outcome.kind === 'accepted') noteAccepted(entry);
    else if (outcome.kind === 'rejected') noteRejected(entry, outcome);
    else if (!cutOff.signal.aborted) noteFailure(entry, outcome);
    return outcome;
  }

  function noteAccepted(entry: SpoolEntry): void {
    spool.acknowledge(entry);
    deferrals.delete(entry.key);
    acceptedReports += 1;
    lastAcknowledgedEpoch = entry.epoch;
    lastAcknowledgedAtMs = clock.epochMs();
    noteReachable();
  }

  function noteOtherMachine(): void {
    otherMachineSeenAtMs = clock.epochMs();
    log.log('error', 'delivery.duplicate_system_id', {
      hint: 'Give one of them an id of its own: system-monitor generate_system_id --save. Where no other machine has this id, the clock was set back, and nothing is to be done.',
    });
  }

  function noteRejected(entry: SpoolEntry, outcome: Outcome & { kind: 'rejected' }): void {
    const { code, reason } = outcome;
    spool.reject(entry, reason);
    deferrals.delete(entry.key);
    rejectedReports += 1;
    lastError = { atMs: clock.epochMs(), code, reason };
    log.log('error', 'delivery.rejected', { reason, epoch: entry.epoch }, code);
    noteReachable();
  }

  function noteReachable(): void {
    if (failures > 0) {
      const waiting = spool.counts().pendingReports;
      log.log('info', 'delivery.recovered', { failures, waiting });
    }
    failures = 0;
    waitUntilMs = 0;
  }

  function noteFailure(entry: SpoolEntry, outcome: Outcome & { kind: 'retryable' }): void {
    const { code, reason, slow, retryAfterMs, scope } = outcome;
    const nowMs = clock.monotonicMs();
    failures += 1;
    failedAttempts += 1;
    lastError = { atMs: clock.epochMs(), code, reason };
    const waitMs = backoffMs({ random, failures, slow, retryAfterMs });
    waitUntilMs = nowMs + waitMs;
    if (scope === 'report') {
      const times = (deferrals.get(entry.key)?.failures ?? 0) + 1;
      // Counted from the end of the common wait, or it would be the first again and hold up the rest.
      const ownMs = Math.max(1000, backoffMs({ random, failures: times, slow, retryAfterMs }));
      deferrals.set(entry.key, { failures: times, untilMs: waitUntilMs + ownMs });
    }
    const fields = {
      code,
      reason,
      failures,
      wait_ms: waitMs,
      waiting: spool.counts().pendingReports,
    };
    log.log(slow ? 'error' : 'warn', 'delivery.failed', fields, code);
  }

  async function sendNext(): Promise<void> {
    spool.maintain();
    const nowMs = clock.monotonicMs();
    if (waitUntilMs > nowMs) return wait(waitUntilMs - nowMs, false);
    const chosen = next(nowMs);
    if (chosen === undefined) return wait(idleFor(nowMs), true);
    if (!chosen.isLive && backlogNotBeforeMs > nowMs) return wait(backlogNotBeforeMs - nowMs, true);
    const outcome = await send(chosen.entry);
    if (!chosen.isLive && outcome !== undefined) {
      backlogNotBeforeMs = Math.max(backlogNotBeforeMs, nowMs) + 1000 / backlogPerSecond;
    }
  }

  /** Until the first report that stepped back is due, or the spool wants looking after. */
  function idleFor(nowMs: number): number {
    let untilMs = nowMs + idleMs;
    if (deferrals.size === 0) return idleMs;
    const present = new Set(spool.pending().map((entry) => entry.key));
    for (const [key, deferral] of deferrals) {
      if (!present.has(key)) deferrals.delete(key);
      else untilMs = Math.min(untilMs, Math.max(deferral.untilMs, nowMs + 1));
    }
    return untilMs - nowMs;
  }

  function retryNow(): void {
    waitUntilMs = 0;
    deferrals.clear();
    waiting?.controller.abort();
  }

  async function loop(): Promise<void> {
    while (!stopping) await sendNext();
  }

  return {
    run() {
      running ??= loop();
      return running;
    },

    announce(entry) {
      live = entry;
      if (waiting?.forReports === true) waiting.controller.abort();
    },

    retryNow,

    replaceTransport(replacement) {
      const old = transport;
      transport = replacement;
      if (!sending) void old.close();
      retryNow();
    },

    async drainOnce(signal) {
      const before = { acceptedReports, rejectedReports };
      spool.maintain();
      const newest = spool.newest();
      const rest = spool.pending().filter((entry) => entry.key !== newest?.key);
      const end = () => cutOff.abort();
      signal?.addEventListener('abort', end, { once: true });
      for (const entry of newest === undefined ? [] : [newest, ...rest]) {
        if (signal?.aborted === true) break;
        const outcome = await send(entry);
        if (outcome?.kind === 'retryable' && outcome.scope === 'server') break;
      }
      signal?.removeEventListener('abort', end);
      return {
        accepted: acceptedReports - before.acceptedReports,
        rejected: rejectedReports - before.rejectedReports,
        remaining: spool.counts().pendingReports,
        lastError,
      };
    },

    async stop(graceMs) {
      stopping = true;
      waiting?.controller.abort();
      const ended = running ?? Promise.resolve();
      const grace = new AbortController();
      await Promise.race([ended, clock.sleep(graceMs, grace.signal)]);
      grace.abort();
      cutOff.abort();
      await transport.close();
      await ended;
    },

    state: () => ({
      lastAcknowledgedEpoch,
      lastAcknowledgedAtMs,
      lastError,
      otherMachineSeenAtMs,
      consecutiveFailures: failures,
      nextAttemptAtMs:
        failures === 0
          ? undefined
          : clock.epochMs() + Math.max(0, waitUntilMs - clock.monotonicMs()),
      acceptedReports,
      rejectedReports,
      failedAttempts,
    }),
  };
}

function localFailure(reason: string): Outcome & { kind: 'retryable' } {
  return {
    kind: 'retryable',
    code: 'SPOOL_READ',
    reason,
    retryAfterMs: undefined,
    slow: false,
    scope: 'report',
  };
}
