/**
 * Reports that stepped back by themselves: the server stumbled over them, or the disk does not give
 * them just now. Each waits for a time of its own while the others go on.
 */
import { backoffMs } from './backoff.ts';
import type { Retryable } from './transport.ts';

export interface Deferral {
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

export function defer(deferrals: Deferrals, key: string, options: DeferOptions): Deferrals {
  const { failure, fromMs, random } = options;
  const failures = (deferrals.get(key)?.failures ?? 0) + 1;
  const waitMs = Math.max(shortestDeferralMs, backoffMs({ ...failure, failures, random }));
  return new Map(deferrals).set(key, { failures, untilMs: fromMs + waitMs });
}

export function isDue(deferrals: Deferrals, key: string, nowMs: number): boolean {
  return (deferrals.get(key)?.untilMs ?? 0) <= nowMs;
}

export function withoutKey(deferrals: Deferrals, key: string): Deferrals {
  if (!deferrals.has(key)) return deferrals;
  const left = new Map(deferrals);
  left.delete(key);
  return left;
}

/** For when nothing is due: what should be by now is no longer in the spool. */
export function withoutOverdue(deferrals: Deferrals, nowMs: number): Deferrals {
  if (firstDueMs(deferrals) > nowMs) return deferrals;
  return new Map([...deferrals].filter(([, { untilMs }]) => untilMs > nowMs));
}

/** Monotonic milliseconds; Infinity where none stepped back. */
export function firstDueMs(deferrals: Deferrals): number {
  let firstMs = Number.POSITIVE_INFINITY;
  for (const { untilMs } of deferrals.values()) firstMs = Math.min(firstMs, untilMs);
  return firstMs;
}
