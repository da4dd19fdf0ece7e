/** What the end of an attempt means: for its report, for the others, and for whoever reads the log. */
import type { SpoolEntry } from '../spool/spool.ts';
import { afterFailure, noBackoff } from './backoff.ts';
import { defer, withoutKey } from './deferrals.ts';
import { failureLine, otherMachineLine, recoveryLine, rejectionLine } from './log-lines.ts';
import { classify } from './outcome.ts';
import type { Action, Moment, Planned, PlanState, Tried } from './plan-state.ts';
import type { Tally } from './tally.ts';
import type { PostResult, Rejected, Retryable } from './transport.ts';

const otherMachineNotice = 'other-machine';

/** Everything but the next activity. */
export function afterAttempt(state: PlanState, entry: SpoolEntry, event: Tried): Planned {
  if (event.kind === 'unreadable') return failed(state, entry, unreadable(event.reason), event);
  const { result, at } = event;
  if (!isOtherMachine(result)) return answered(state, entry, event, result);
  const tally = { ...state.tally, otherMachineSeenAtMs: at.epochMs };
  const planned = answered({ ...state, tally }, entry, event, result);
  return { ...planned, actions: [otherMachineLine, ...planned.actions] };
}

function answered(state: PlanState, entry: SpoolEntry, event: Tried, result: PostResult): Planned {
  const outcome = classify(result, event.at);
  switch (outcome.kind) {
    case 'accepted':
      return accepted(state, entry, event.at);
    case 'rejected':
      return rejected(state, entry, outcome, event.at);
    case 'retryable':
      return failed(state, entry, outcome, event);
  }
}

function accepted(state: PlanState, entry: SpoolEntry, at: Moment): Planned {
  const tally = {
    ...state.tally,
    acceptedReports: state.tally.acceptedReports + 1,
    lastAcknowledgedEpoch: entry.epoch,
    lastAcknowledgedAtMs: at.epochMs,
  };
  return settled(state, entry, tally, [{ kind: 'acknowledge', entry }]);
}

function rejected(state: PlanState, entry: SpoolEntry, outcome: Rejected, at: Moment): Planned {
  const { code, reason } = outcome;
  const tally = {
    ...state.tally,
    rejectedReports: state.tally.rejectedReports + 1,
    lastError: { atMs: at.epochMs, code, reason },
  };
  const actions: Action[] = [{ kind: 'reject', entry, reason }, rejectionLine(entry, outcome)];
  return settled(state, entry, tally, actions);
}

/** The report waits no longer, and the server is there. */
function settled(
  state: PlanState,
  entry: SpoolEntry,
  tally: Tally,
  actions: readonly Action[],
): Planned {
  const { backoff } = state;
  const deferrals = withoutKey(state.deferrals, entry.key);
  return {
    state: { ...state, deferrals, tally, backoff: noBackoff },
    actions: backoff.failures === 0 ? actions : [...actions, recoveryLine(backoff)],
  };
}

function failed(state: PlanState, entry: SpoolEntry, failure: Retryable, event: Tried): Planned {
  if (state.isCutOff) return { state, actions: [] };
  const { at, random } = event;
  const { code, reason, scope } = failure;
  const drains = state.work.kind === 'drain';
  const backoff = afterFailure(state.backoff, failure, at.monotonicMs, random);
  const deferral = { failure, fromMs: backoff.untilMs, random };
  // Where each is tried once, none has to step back.
  const stepsBack = scope === 'report' && !drains;
  const tally = {
    ...state.tally,
    failedAttempts: state.tally.failedAttempts + 1,
    lastError: { atMs: at.epochMs, code, reason },
  };
  return {
    state: {
      ...state,
      backoff,
      tally,
      deferrals: stepsBack ? defer(state.deferrals, entry, deferral) : state.deferrals,
      // And a server that is away is not asked once for each.
      work: scope === 'server' && drains ? { kind: 'none' } : state.work,
    },
    actions: [failureLine(failure, backoff, at.monotonicMs)],
  };
}

function isOtherMachine(result: PostResult): boolean {
  return result.kind === 'answer' && result.notice === otherMachineNotice;
}

function unreadable(reason: string): Retryable {
  return {
    kind: 'retryable',
    code: 'SPOOL_READ',
    reason,
    retryAfterMs: undefined,
    slow: false,
    scope: 'report',
  };
}
