/** The plan alone, told whatever can happen in whatever order: no clock, no spool, no promise. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { longestBackoffMs } from '../../../src/delivery/backoff.ts';
import { nextTurn } from '../../../src/delivery/lanes.ts';
import { longestWaitMs, plan } from '../../../src/delivery/plan.ts';
import {
  initialState,
  type PlanEvent,
  type Planned,
  type PlanState,
} from '../../../src/delivery/plan-state.ts';
import {
  answerOf,
  anyDraw,
  anyEntry,
  anyResult,
  entryOf,
  verdictOf,
} from '../../support/delivery-arbitraries.ts';

interface Turn {
  readonly passedMs: number;
  /** What comes from outside first, at any time. */
  readonly outside: PlanEvent | undefined;
  /** What ends the activity after that. */
  readonly looked: Pick<PlanEvent & { kind: 'looked' }, 'newest' | 'oldest'>;
  readonly ended:
    | { readonly kind: 'gone' }
    | { readonly kind: 'unreadable'; readonly reason: string }
    | Pick<PlanEvent & { kind: 'answered' }, 'kind' | 'result'>;
  readonly random: number;
}

const anyOutside: fc.Arbitrary<PlanEvent | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: anyEntry.map((entry) => ({ kind: 'announced' as const, entry })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'retry' as const }) },
);
const anyFound = fc.oneof(fc.constant(undefined), anyEntry);
const anyTurn: fc.Arbitrary<Turn> = fc.record({
  passedMs: fc.oneof(fc.nat(2000), fc.nat(600_000)),
  outside: anyOutside,
  looked: fc.record({ newest: anyFound, oldest: anyFound }),
  ended: fc.oneof(
    { weight: 1, arbitrary: fc.constant({ kind: 'gone' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'unreadable' as const, reason: 'EMFILE' }) },
    {
      weight: 6,
      arbitrary: anyResult.map((result) => ({ kind: 'answered' as const, result })),
    },
  ),
  random: anyDraw,
});

/** So that a plan that wrote into what it was given would throw. */
function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

/** A run of the plan from its first state on; `check` sees every step. */
function play(
  first: PlanEvent,
  turns: readonly Turn[],
  check: (before: PlanState, event: PlanEvent, planned: Planned, nowMs: number) => void,
): PlanState {
  let nowMs = 1000;
  let state = freeze(initialState(20));
  const tell = (event: PlanEvent) => {
    const planned = freeze(plan(state, freeze(event)));
    check(state, event, planned, nowMs);
    state = planned.state;
  };
  tell(first);
  for (const turn of turns) {
    if (turn.outside !== undefined) tell(turn.outside);
    if (state.activity.kind === 'resting') break;
    if (state.activity.kind === 'waiting') nowMs = Math.max(nowMs, state.activity.untilMs);
    else nowMs += turn.passedMs;
    const at = { monotonicMs: nowMs, epochMs: 1_800_000_000_000 + nowMs };
    if (state.activity.kind !== 'sending') tell({ kind: 'looked', nowMs, ...turn.looked });
    else if (turn.ended.kind === 'gone') tell(turn.ended);
    else tell({ ...turn.ended, at, random: turn.random });
  }
  return state;
}

function isEnd(event: PlanEvent): boolean {
  return ['answered', 'unreadable', 'gone'].includes(event.kind);
}

const anyTurns = fc.array(anyTurn, { maxLength: 80 });

test('the same state and event give the same, and neither is changed', () => {
  fc.assert(
    fc.property(anyTurns, (turns) => {
      play({ kind: 'run' }, turns, (before, event, planned) =>
        expect(plan(before, event)).toEqual(planned),
      );
    }),
  );
});

test('every wait has its time in the state, and none is beyond what is published', () => {
  fc.assert(
    fc.property(anyTurns, (turns) => {
      play({ kind: 'run' }, turns, (_before, _event, { state }, nowMs) => {
        expect(state.activity.kind).not.toBe('resting');
        if (state.activity.kind === 'waiting') {
          expect(state.activity.untilMs).toBeGreaterThan(nowMs);
          expect(state.activity.untilMs).toBeLessThanOrEqual(nowMs + longestWaitMs);
        }
        expect(state.backoff.untilMs).toBeLessThanOrEqual(nowMs + longestBackoffMs);
        for (const { untilMs } of state.deferrals.values()) {
          expect(untilMs).toBeLessThanOrEqual(nowMs + 2 * longestBackoffMs);
        }
      });
    }),
  );
});

test('a request ends before anything else is done, and nothing is sent before its time', () => {
  fc.assert(
    fc.property(anyTurns, (turns) => {
      play({ kind: 'run' }, turns, (before, event, { state }, nowMs) => {
        const sends = state.activity.kind === 'sending' && state.activity !== before.activity;
        if (before.activity.kind === 'sending' && !isEnd(event))
          expect(state.activity).toBe(before.activity);
        if (sends) expect(before.backoff.untilMs).toBeLessThanOrEqual(nowMs);
        if (sends) expect(event.kind).toBe('looked');
      });
    }),
  );
});

test('a report leaves the spool for the answer that was given to it, and for no other', () => {
  fc.assert(
    fc.property(anyTurns, (turns) => {
      play({ kind: 'run' }, turns, (before, event, { actions, state }) => {
        const { activity } = before;
        const sent = activity.kind === 'sending' ? activity.entry : undefined;
        const verdict = event.kind === 'answered' ? verdictOf(event.result) : undefined;
        const taken = actions.filter(({ kind }) => kind !== 'log');
        if (verdict === 'accepted') expect(taken).toEqual([{ kind: 'acknowledge', entry: sent }]);
        else if (verdict === 'rejected')
          expect(taken).toMatchObject([{ kind: 'reject', entry: sent }]);
        else expect(taken).toEqual([]);
        const isSettled = verdict === 'accepted' || verdict === 'rejected';
        if (isSettled) expect(state.backoff).toEqual({ failures: 0, untilMs: 0 });
        if (isSettled || event.kind === 'gone')
          expect(state.deferrals.has(sent?.key ?? '')).toBe(false);
        // Or one that is gone would be looked for again and again.
        if (sent !== undefined && isEnd(event))
          expect(state.lanes.announced?.key).not.toBe(sent.key);
      });
    }),
  );
});

test('a report that stepped back is in the state until it has been tried again', () => {
  fc.assert(
    fc.property(anyTurns, (turns) => {
      play({ kind: 'run' }, turns, (before, event, { state }, nowMs) => {
        const { activity } = state;
        const sent = before.activity.kind === 'sending' ? before.activity.entry.key : undefined;
        for (const [key, deferral] of before.deferrals) {
          if (!state.deferrals.has(key)) expect(event.kind === 'retry' || sent === key).toBe(true);
          const sleepsOver = activity.kind === 'waiting' && activity.untilMs > deferral.untilMs;
          const waitsForMore = state.backoff.untilMs > nowMs || state.pacing.notBeforeMs > nowMs;
          if (sleepsOver && event.kind === 'looked') expect(waitsForMore).toBe(true);
        }
      });
    }),
  );
});

test('after a stop nothing begins, and what is in flight may end', () => {
  fc.assert(
    fc.property(anyTurns, fc.constantFrom('stop', 'cut-off'), anyTurn, (turns, kind, last) => {
      const state = play({ kind: 'run' }, turns, () => {});
      const stopped = plan(state, { kind }).state;
      const wasSending = state.activity.kind === 'sending';
      expect(stopped.activity.kind).toBe(wasSending ? 'sending' : 'resting');
      if (!wasSending) return;
      const at = { monotonicMs: 0, epochMs: 0 };
      const ended = plan(
        stopped,
        last.ended.kind === 'gone' ? last.ended : { ...last.ended, at, random: last.random },
      );
      expect(ended.state.activity.kind).toBe('resting');
    }),
  );
});

test('a drain tries each report once, in the order given, until the server is away', () => {
  fc.assert(
    fc.property(fc.nat(10), anyTurns, (length, turns) => {
      const entries = Array.from({ length }, (_, number) => entryOf(number));
      const sent: string[] = [];
      let isAway = false;
      const state = play({ kind: 'drain', entries }, turns, (before, event, planned) => {
        if (event.kind === 'answered' && verdictOf(event.result) === 'server') isAway = true;
        const { activity } = planned.state;
        if (activity.kind === 'sending' && activity !== before.activity)
          sent.push(activity.entry.key);
        expect(planned.state.deferrals.size).toBe(0);
        expect(isAway && activity.kind === 'sending').toBe(false);
      });
      expect(sent).toEqual(entries.slice(0, sent.length).map(({ key }) => key));
      if (state.activity.kind === 'resting' && !isAway) expect(sent).toHaveLength(length);
    }),
  );
});

test('an event that cannot be is a bug, and said at once', () => {
  const running = plan(initialState(20), { kind: 'run' }).state;
  expect(() => plan(running, { kind: 'gone' })).toThrow('gone while looking');
  expect(() => plan(running, { kind: 'drain', entries: [] })).toThrow('drain during run');
  const looked: PlanEvent = {
    kind: 'looked',
    nowMs: 0,
    newest: entryOf(1),
    oldest: undefined,
  };
  expect(() => plan(plan(running, looked).state, looked)).toThrow('looked while sending');
});

test('what was ended from here says nothing about the server', () => {
  const entry = entryOf(1);
  const looked: PlanEvent = {
    kind: 'looked',
    nowMs: 0,
    newest: entry,
    oldest: undefined,
  };
  const at = { monotonicMs: 10, epochMs: 10 };
  let { state } = plan(plan(initialState(20), { kind: 'run' }).state, looked);
  state = plan(state, { kind: 'cut-off' }).state;
  const end = (result = answerOf(503)) =>
    plan(state, { kind: 'answered', at, random: 0.5, result });
  expect(end()).toMatchObject({ actions: [], state: { tally: { failedAttempts: 0 } } });
  expect(end(answerOf(200)).actions).toEqual([{ kind: 'acknowledge', entry }]);
});

test('a report whose own wait is over goes before the backlog, but not twice in a row', () => {
  const [newest, oldest, deferred] = [entryOf(9), entryOf(3), entryOf(1)];
  const lanes = { announced: undefined, highestTriedKey: newest.key };
  const found = { newest, oldest, deferred };
  expect(nextTurn(lanes, found, false)).toEqual({ entry: deferred, lane: 'backlog' });
  expect(nextTurn(lanes, found, true)).toEqual({ entry: oldest, lane: 'backlog' });
  const alone = { newest, oldest: undefined, deferred };
  expect(nextTurn(lanes, alone, true)).toEqual({ entry: deferred, lane: 'backlog' });
});
