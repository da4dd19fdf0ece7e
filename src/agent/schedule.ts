/**
 * When the next report is due. Ticks stand on the monotonic clock, so that neither a slow collection
 * nor a set clock moves them; a late tick is skipped and counted, never made up for.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';

export interface Tick {
  /** Monotonic milliseconds. */
  readonly atMs: number;
  /** Ticks that passed unused before this one: the machine slept, or the work took too long. */
  readonly skipped: number;
}

export interface Schedule {
  /** The next tick that still lies ahead. The first call of a schedule answers with now. */
  next(): Tick;
}

export interface ScheduleOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** From 0 to below intervalMs: where in the interval this machine reports. */
  readonly phaseMs: number;
}

/**
 * The first report goes out at once, since whoever starts a monitor wants to see it work; from then
 * on the machine keeps to its own phase of the interval.
 */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { clock, intervalMs, phaseMs } = options;
  const startMs = clock.monotonicMs();
  const sinceTickMs = modulo(clock.epochMs() - phaseMs, intervalMs);
  /** A moment of the grid at or before the start. */
  const originMs = startMs - sinceTickMs;
  let lastTick: number | undefined;

  function next(): Tick {
    const nowMs = clock.monotonicMs();
    if (lastTick === undefined) {
      lastTick = Math.floor((nowMs - originMs) / intervalMs);
      return { atMs: nowMs, skipped: 0 };
    }
    const due = lastTick + 1;
    const upcoming = Math.max(due, Math.ceil((nowMs - originMs) / intervalMs));
    lastTick = upcoming;
    return { atMs: originMs + upcoming * intervalMs, skipped: upcoming - due };
  }

  return { next };
}

/**
 * The phase of a machine, spread evenly over the interval by a hash of its id, so that a fleet does
 * not call all at once and yet each machine calls at the same moment of every interval.
 */
export function phaseOf(systemId: string, intervalMs: number): number {
  const hash = createHash('sha256').update(systemId).digest();
  return Math.floor((hash.readUInt32BE(0) / 2 ** 32) * intervalMs);
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
