/**
 * What the delivery does next, decided without doing any of it: `plan` takes what is known and what
 * has happened, and gives what is known then and what is to be done at once. driver.ts does it.
 *
 *   resting ─run─▶ looking ─looked─▶ sending ─answered, unreadable, gone─▶ looking
 *                     ▲ └───looked─▶ waiting ─its time, announced, retry─▶ looking
 *   resting ─drain─▶ sending ─…─▶ sending ─…─▶ resting
 *
 * `stop` and `cut-off` lead to resting from anywhere, though not before a request in flight has
 * ended. One activity at a time, and so one request at a time. Whatever waits has its time in the
 * state, on the monotonic clock; the request alone is bounded elsewhere, by its transport.
 */
import type { SpoolEntry } from '../spool/spool.ts';
import { afterAttempt } from './after-attempt.ts';
import { withoutWait } from './backoff.ts';
import { firstDeferral, noDeferrals, withoutKey } from './deferrals.ts';
import { afterTurn, nextTurn } from './lanes.ts';
import { afterBacklogReport, type Pacing } from './pacing.ts';
import {
  type AttemptEnded,
  type Looked,
  looking,
  type PlanEvent,
  type Planned,
  type PlanState,
  resting,
  type Work,
} from './plan-state.ts';

/** How often the spool is looked after while nothing is sent. */
export const longestWaitMs = 10_000;

/** Pure. Throws where an event does not fit the state, which is a bug of the driver. */
export function plan(state: PlanState, event: PlanEvent): Planned {
  switch (event.kind) {
    case 'run':
      return quietly(begin(state, event));
    case 'drain':
      return quietly(begin(state, { ...event, next: 0 }));
    case 'announced':
      return quietly(announced(state, event.entry));
    case 'retry':
      return quietly(retry(state));
    case 'stop':
      return quietly(stop(state));
    case 'cut-off':
      return quietly(stop({ ...state, isCutOff: true }));
    case 'looked':
      return quietly(looked(state, event));
    case 'answered':
    case 'unreadable':
    case 'gone':
      return attempted(state, event);
  }
}

const noActions: Planned['actions'] = [];

function quietly(state: PlanState): Planned {
  return { state, actions: noActions };
}

function begin(state: PlanState, work: Work): PlanState {
  if (state.work.kind !== 'none') throw new Error(`${work.kind} during ${state.work.kind}`);
  return goOn({ ...state, work, activity: looking });
}

/** What comes when nothing is in hand: at the beginning, and after each report. */
function goOn(state: PlanState): PlanState {
  const { work } = state;
  if (state.isStopping || work.kind === 'none') return rest(state);
  if (work.kind === 'run') return state;
  const entry = work.entries[work.next];
  if (entry === undefined) return rest(state);
  return send({ ...state, work: { ...work, next: work.next + 1 } }, entry, state.pacing);
}

function rest(state: PlanState): PlanState {
  return { ...state, work: { kind: 'none' }, activity: resting };
}

function send(state: PlanState, entry: SpoolEntry, pacing: Pacing): PlanState {
  const lanes = afterTurn(state.lanes, entry.key);
  return { ...state, lanes, activity: { kind: 'sending', entry, pacing } };
}

function announced(state: PlanState, entry: SpoolEntry): PlanState {
  return awake({ ...state, lanes: { ...state.lanes, announced: entry } });
}

function retry(state: PlanState): PlanState {
  return awake({ ...state, backoff: withoutWait(state.backoff), deferrals: noDeferrals });
}

/** A wait may be over by what has happened; whether it is, the next look tells. */
function awake(state: PlanState): PlanState {
  return state.activity.kind === 'waiting' ? { ...state, activity: looking } : state;
}

function stop(state: PlanState): PlanState {
  const stopping = { ...state, isStopping: true };
  return state.activity.kind === 'sending' ? stopping : rest(stopping);
}

function looked(state: PlanState, { nowMs, newest, oldest }: Looked): PlanState {
  const { activity, backoff, lanes, pacing } = state;
  if (activity.kind !== 'looking' && activity.kind !== 'waiting')
    throw new Error(`looked while ${activity.kind}`);
  if (backoff.untilMs > nowMs) return wait(state, nowMs, backoff.untilMs);
  const first = firstDeferral(state.deferrals);
  const firstDueMs = first?.untilMs ?? Number.POSITIVE_INFINITY;
  const deferred = firstDueMs <= nowMs ? first?.entry : undefined;
  const turn = nextTurn(lanes, { newest, oldest, deferred }, backoff.failures > 0);
  if (turn === undefined) return wait(state, nowMs, firstDueMs);
  if (turn.lane === 'live') return send(state, turn.entry, pacing);
  if (pacing.notBeforeMs > nowMs) return wait(state, nowMs, pacing.notBeforeMs);
  return send(state, turn.entry, afterBacklogReport(pacing, nowMs));
}

function wait(state: PlanState, nowMs: number, untilMs: number): PlanState {
  const soonestMs = Math.min(untilMs, nowMs + longestWaitMs);
  return { ...state, activity: { kind: 'waiting', untilMs: soonestMs } };
}

function attempted(before: PlanState, event: AttemptEnded): Planned {
  const { activity } = before;
  if (activity.kind !== 'sending') throw new Error(`${event.kind} while ${activity.kind}`);
  const { entry } = activity;
  // Its turn once more: it may have been announced while it was on its way.
  const lanes = afterTurn(before.lanes, entry.key);
  if (event.kind === 'gone') {
    const deferrals = withoutKey(before.deferrals, entry.key);
    return quietly(goOn({ ...before, deferrals, lanes, activity: looking }));
  }
  const ended = { ...before, lanes, pacing: activity.pacing, activity: looking };
  const { state, actions } = afterAttempt(ended, entry, event);
  return { state: goOn(state), actions };
}
