/** How it stands with each part, as data for `status`, `doctor` and the receiver. */
import type { Clock } from '../base/clock.ts';
import type { MonitorError } from '../base/errors.ts';
import { createLastingLog } from '../base/lasting-log.ts';
import type { Logger } from '../base/logger.ts';
import { type PartName, sentParts } from './index.ts';

/**
 * `ok`      it was read
 * `empty`   it was read, and there is nothing: some machines have no IPv4, some containers no disk
 * `off`     the settings say that nothing is to be told
 * `failed`  it could not be read, or says what cannot be
 */
export const partStates = ['ok', 'empty', 'off', 'failed'] as const;
export type PartState = (typeof partStates)[number];

export interface PartHealth {
  readonly state: PartState;
  /** When this state began. Moments are whole seconds since 1970. */
  readonly sinceEpoch: number;
  /** Of the last sample that was `ok`, since this process started. */
  readonly lastGoodEpoch?: number;
  /** How long the last sample took. */
  readonly tookMs: number;
  /** Why it failed. */
  readonly error?: MonitorError;
}

/** What came of one sample of a part. */
export type PartOutcome = { readonly tookMs: number } & (
  | { readonly state: Exclude<PartState, 'failed'> }
  | { readonly state: 'failed'; readonly error: MonitorError }
);

/** What the header `System-Monitor-Health` says of a report: every part that is sent, in its order. */
export function healthHeaderOf(states: Readonly<Partial<Record<PartName, PartState>>>): string {
  return sentParts.map((part) => `${part}=${states[part] ?? 'failed'}`).join(',');
}

export interface HealthBook {
  /** `epoch`: whole seconds since 1970 of the sample. */
  note(part: PartName, epoch: number, outcome: PartOutcome): void;
  /** By the parts that were asked; those that never were are absent. */
  current(): ReadonlyMap<PartName, PartHealth>;
}

export interface HealthBookOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly logger: Logger;
}

/** It outlives collectors that are made anew because a setting changed. */
export function createHealthBook({ clock, logger }: HealthBookOptions): HealthBook {
  const book = new Map<PartName, PartHealth>();
  const lasting = createLastingLog({ clock });

  function log(part: PartName, outcome: PartOutcome): void {
    if (outcome.state !== 'failed') {
      lasting.ended(part, () => logger.info('collector.recovered', { part }));
      return;
    }
    const { code, message: reason } = outcome.error;
    lasting.holds(part, reason, () => logger.warn('collector.failed', { part, code, reason }));
  }

  return {
    note(part, epoch, outcome) {
      log(part, outcome);
      const { state, tookMs } = outcome;
      const before = book.get(part);
      const lastGoodEpoch = state === 'ok' ? epoch : before?.lastGoodEpoch;
      book.set(part, {
        state,
        sinceEpoch: before?.state === state ? before.sinceEpoch : epoch,
        ...(lastGoodEpoch === undefined ? {} : { lastGoodEpoch }),
        tookMs,
        ...(outcome.state === 'failed' ? { error: outcome.error } : {}),
      });
    },
    current: () => new Map(book),
  };
}
