/** What the delivery knows and waits for, what can happen to it, and what it asks to be done. */
import type { SpoolEntry } from '../spool/spool.ts';
import { type Backoff, noBackoff } from './backoff.ts';
import { type Deferrals, noDeferrals } from './deferrals.ts';
import { type Lanes, noLanes } from './lanes.ts';
import type { LogLine } from './log-lines.ts';
import type { Pacing } from './pacing.ts';
import { noTally, type Tally } from './tally.ts';
import type { PostResult } from './transport.ts';

export interface PlanState {
  readonly work: Work;
  readonly activity: Activity;
  readonly isStopping: boolean;
  /** The request in flight was ended from here: its failure says nothing about the server. */
  readonly isCutOff: boolean;
  readonly lanes: Lanes;
  readonly backoff: Backoff;
  readonly deferrals: Deferrals;
  readonly pacing: Pacing;
  readonly tally: Tally;
}

/** What is to be done as a whole: nothing, everything for ever, or each of these once. */
export type Work =
  | { readonly kind: 'none' }
  | { readonly kind: 'run' }
  | { readonly kind: 'drain'; readonly entries: readonly SpoolEntry[]; readonly next: number };

/** What is to be done now, until the next event. */
export type Activity =
  | { readonly kind: 'resting' }
  /** The spool is to be looked after, and then into. */
  | { readonly kind: 'looking' }
  | {
      readonly kind: 'waiting';
      /** Monotonic milliseconds at which the spool is looked into again. */
      readonly untilMs: number;
    }
  | {
      readonly kind: 'sending';
      readonly entry: SpoolEntry;
      /** In force once it has been tried. */
      readonly pacing: Pacing;
    };

export interface Moment {
  readonly monotonicMs: number;
  readonly epochMs: number;
}

export type PlanEvent =
  | { readonly kind: 'run' }
  /** Each of these once, in this order. */
  | { readonly kind: 'drain'; readonly entries: readonly SpoolEntry[] }
  | { readonly kind: 'announced'; readonly entry: SpoolEntry }
  /** The settings or the credentials have changed. */
  | { readonly kind: 'retry' }
  | { readonly kind: 'stop' }
  /** The request in flight is being ended. */
  | { readonly kind: 'cut-off' }
  | Looked
  | AttemptEnded;

/** What the spool holds. */
export interface Looked {
  readonly kind: 'looked';
  readonly nowMs: number;
  readonly newest: SpoolEntry | undefined;
  /** Of those that have not stepped back. */
  readonly oldest: SpoolEntry | undefined;
}

/** How it went with the report that was to be sent. */
export type AttemptEnded = Tried | Gone;

export type Tried = {
  readonly at: Moment;
  /** Uniform in [0, 1). */
  readonly random: number;
} & (
  | { readonly kind: 'answered'; readonly result: PostResult }
  /** The disk does not give it just now. */
  | { readonly kind: 'unreadable'; readonly reason: string }
);

/** It was dropped, or is damaged. */
export interface Gone {
  readonly kind: 'gone';
}

export type Action =
  | { readonly kind: 'acknowledge'; readonly entry: SpoolEntry }
  | { readonly kind: 'reject'; readonly entry: SpoolEntry; readonly reason: string }
  | LogLine;

export interface Planned {
  readonly state: PlanState;
  /** To be done in this order, before what `state.activity` asks for. */
  readonly actions: readonly Action[];
}

export const resting: Activity = { kind: 'resting' };
export const looking: Activity = { kind: 'looking' };

/** `perSecond`: of the backlog; Infinity for as fast as it goes. */
export function initialState(perSecond: number): PlanState {
  return {
    work: { kind: 'none' },
    activity: resting,
    isStopping: false,
    isCutOff: false,
    lanes: noLanes,
    backoff: noBackoff,
    deferrals: noDeferrals,
    pacing: { perSecond, notBeforeMs: 0 },
    tally: noTally,
  };
}
