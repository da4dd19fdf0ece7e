/**
 * How long to wait after failures in a row. Full jitter (a time drawn from zero to the ceiling)
 * spreads a fleet that lost its server at one moment over the whole ceiling, so that its return
 * meets no stampede.
 */
import { retryAfterCapMs } from './outcome.ts';
import type { Retryable } from './transport.ts';

const ceilingFirstMs = 1000;
const ceilingLastMs = 5 * 60_000;
/** Where only a person can help, half a minute is soon enough to begin with. */
const slowCeilingFirstMs = 60_000;
const slowCeilingLastMs = 15 * 60_000;
/** By how much of itself a server's wish is exceeded at most. */
const retryAfterSpread = 0.1;

/** No failure ever makes everything wait for longer. */
export const longestBackoffMs = Math.max(
  slowCeilingLastMs,
  retryAfterCapMs * (1 + retryAfterSpread),
);

/** The wait that holds for all reports alike. */
export interface Backoff {
  /** In a row; 0 while the server answers. */
  readonly failures: number;
  /** Monotonic milliseconds before which nothing is tried. */
  readonly untilMs: number;
}

export const noBackoff: Backoff = { failures: 0, untilMs: 0 };

/** `random` is uniform in [0, 1). */
export function afterFailure(
  backoff: Backoff,
  failure: Retryable,
  nowMs: number,
  random: number,
): Backoff {
  const failures = backoff.failures + 1;
  return { failures, untilMs: nowMs + backoffMs({ ...failure, failures, random }) };
}

/** The wait is over, but what failed has not succeeded yet. */
export function withoutWait(backoff: Backoff): Backoff {
  return { ...backoff, untilMs: 0 };
}

export interface BackoffOptions extends Pick<Retryable, 'slow' | 'retryAfterMs'> {
  /** Uniform in [0, 1). */
  readonly random: number;
  /** Failures in a row, at least 1. */
  readonly failures: number;
}

/** Milliseconds to wait before the next attempt. */
export function backoffMs(options: BackoffOptions): number {
  const { random, failures, slow, retryAfterMs } = options;
  const first = slow ? slowCeilingFirstMs : ceilingFirstMs;
  const last = slow ? slowCeilingLastMs : ceilingLastMs;
  const ceiling = Math.min(last, first * 2 ** Math.min(failures - 1, 30));
  // A person's matter is not tried at once again by a lucky draw: half of the time is certain.
  const drawn = slow ? ceiling * (0.5 + random / 2) : ceiling * random;
  if (retryAfterMs === undefined) return Math.round(drawn);
  // The wish is kept, with a little more for each machine so that they do not all return at once.
  return Math.round(Math.max(retryAfterMs * (1 + random * retryAfterSpread), drawn));
}
