/**
 * Reports that stepped back by themselves: the server stumbled over them, or the disk does not give
 * them just now. Each waits for a time of its own while the others go on.
 */
import type { SpoolEntry } from '../spool/spool.ts';
import { backoffMs } from './backoff.ts';
import type { Retryable } from './transport.ts';

export interface Deferral {
  readonly entry: SpoolEntry;
  readonly failures: number;
  /** Monotonic milliseconds before which it is not tried. */
  readonly untilMs: number;
}

/** By key. */
export type Deferrals = ReadonlyMap<string, Deferral>;

export const noDeferrals: Deferrals = new Map();

/** Or it would be the first again at once. */
const shortestDeferralMs = 1000;

export interface DeferOptions {
  readonly failure: Retryable;
  /** Its own wait begins when the common one ends, or it would hold up the rest. */
  readonly fromMs: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

export function defer(deferrals: Deferrals, entry: SpoolEntry, options: DeferOptions): Deferrals {
  const { failure, fromMs, random } = options;
  const failures = (deferrals.get(entry.key)?.failures ?? 0) + 1;
  const waitMs = Math.max(shortestDeferralMs, backoffMs({ ...failure, failures, random }));
  return new Map(deferrals).set(entry.key, { entry, failures, untilMs: fromMs + waitMs });
}

export function withoutKey(deferrals: Deferrals, key: string): Deferrals {
  if (!deferrals.has(key)) return deferrals;
  const left = new Map(deferrals);
  left.delete(key);
  return left;
}

/**
 * The one whose time comes, or came, first, or undefined where none stepped back. It may no longer
 * be in the spool.
 */
export function firstDeferral(deferrals: Deferrals): Deferral | undefined {
  let first: Deferral | undefined;
  for (const deferral of deferrals.values())
    if (first === undefined || deferral.untilMs < first.untilMs) first = deferral;
  return first;
}
