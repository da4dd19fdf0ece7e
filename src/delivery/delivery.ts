/**
 * Sends what the spool holds until the server has acknowledged it, one request at a time: what is
 * sent when, and what comes of it, is decided in plan.ts and done by driver.ts.
 */
import { type Clock, waitAtMost } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Spool, SpoolEntry } from '../spool/spool.ts';
import { createDriver } from './driver.ts';
import type { Moment, PlanState } from './plan-state.ts';
import type { Tally } from './tally.ts';
import type { Transport } from './transport.ts';
import { createTransportSlot } from './transport-slot.ts';

export interface DeliveryOptions {
  readonly spool: Spool;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  /** Backlog reports sent a second; Infinity for as fast as they go. */
  readonly backlogPerSecond: number;
}

export interface DeliveryState extends Tally {
  readonly consecutiveFailures: number;
  /** Milliseconds since 1970, while a failure makes us wait. */
  readonly nextAttemptAtMs: number | undefined;
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

export function createDelivery(options: DeliveryOptions): Delivery {
  const { spool, clock } = options;
  const transports = createTransportSlot(options.transport);
  const driver = createDriver({ ...options, transports });
  let running: Promise<void> | undefined;

  function run(): Promise<void> {
    if (running === undefined) {
      driver.tell({ kind: 'run' });
      running = driver.drive();
    }
    return running;
  }

  async function drainOnce(signal?: AbortSignal): Promise<DrainResult> {
    const before = driver.state.tally;
    if (signal?.aborted === true) driver.cutOff();
    signal?.addEventListener('abort', driver.cutOff, { once: true });
    spool.maintain();
    driver.tell({ kind: 'drain', entries: newestFirst(spool) });
    await driver.drive();
    signal?.removeEventListener('abort', driver.cutOff);
    const { acceptedReports, rejectedReports, lastError } = driver.state.tally;
    return {
      accepted: acceptedReports - before.acceptedReports,
      rejected: rejectedReports - before.rejectedReports,
      remaining: spool.counts().pendingReports,
      lastError,
    };
  }

  async function stop(graceMs: number): Promise<void> {
    driver.tell({ kind: 'stop' });
    // What `run` rejected with is for `run` to tell; the connection must be closed all the same.
    const ended = Promise.allSettled([running]);
    await waitAtMost(clock, graceMs, ended);
    driver.cutOff();
    await transports.close();
    await ended;
  }

  return {
    run,
    announce: (entry) => driver.tell({ kind: 'announced', entry }),
    retryNow: () => driver.tell({ kind: 'retry' }),
    replaceTransport(replacement) {
      transports.replace(replacement);
      driver.tell({ kind: 'retry' });
    },
    drainOnce,
    stop,
    state: () => publicState(driver.state, driver.now()),
  };
}

/** The newest, then the others from the oldest on. */
function newestFirst(spool: Spool): readonly SpoolEntry[] {
  const newest = spool.newest();
  if (newest === undefined) return [];
  return [newest, ...spool.pending().filter((entry) => entry.key !== newest.key)];
}

function publicState({ tally, backoff }: PlanState, now: Moment): DeliveryState {
  const waitMs = Math.max(0, backoff.untilMs - now.monotonicMs);
  return {
    ...tally,
    consecutiveFailures: backoff.failures,
    nextAttemptAtMs: backoff.failures === 0 ? undefined : now.epochMs + waitMs,
  };
}
