/**
 * How long to wait after failures in a row. Full jitter (a time drawn from zero to the ceiling)
 * spreads a fleet that lost its server at one moment over the whole ceiling, so that its return
 * meets no stampede.
 */

const ceilingFirstMs = 1000;
const ceilingLastMs = 5 * 60_000;
/** Where only a person can help, half a minute is soon enough to begin with. */
const slowCeilingFirstMs = 60_000;
const slowCeilingLastMs = 15 * 60_000;

export interface BackoffOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Failures in a row, at least 1. */
  readonly failures: number;
  readonly slow: boolean;
  /** The server's own wish: never less than this. */
  readonly retryAfterMs: number | undefined;
}

/** Milliseconds to wait before the next attempt. */
export function backoffMs(options: BackoffOptions): number {
  const { random, failures, slow, retryAfterMs } = options;
  const first = slow ? slowCeilingFirstMs : ceilingFirstMs;
  const last = slow ? slowCeilingLastMs : ceilingLastMs;
  const ceiling = Math.min(last, first * 2 ** Math.min(failures - 1, 30));
  // A person's matter is not tried at once again by a lucky draw: half of the time is certain.
  const drawn = slow ? ceiling * (0.5 + random() / 2) : ceiling * random();
  if (retryAfterMs === undefined) return Math.round(drawn);
  // The wish is kept, with a little more for each machine so that they do not all return at once.
  return Math.round(Math.max(retryAfterMs * (1 + random() / 10), drawn));
}
