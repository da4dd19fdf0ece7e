/** Does what plan.ts decides: looks into the spool, sends, sleeps, and tells it how that went. */
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { createRateLimitedLog } from '../base/rate-limited-log.ts';
import type { Spool, SpoolEntry } from '../spool/spool.ts';
import { plan } from './plan.ts';
import {
  type Action,
  type Activity,
  type AttemptEnded,
  initialState,
  type Looked,
  type Moment,
  type PlanEvent,
  type PlanState,
} from './plan-state.ts';
import type { TransportSlot } from './transport-slot.ts';

export interface DriverOptions {
  readonly spool: Spool;
  readonly transports: Pick<TransportSlot, 'take' | 'release'>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly backlogPerSecond: number;
}

export interface Driver {
  readonly state: PlanState;
  now(): Moment;
  /** Something has happened: what follows from it at once is done when this returns. */
  tell(event: PlanEvent): void;
  /** Does one thing after the other until it is to rest. Rejects only for a bug. */
  drive(): Promise<void>;
  /** Ends the request in flight, and every later one. */
  cutOff(): void;
}

const logIntervalMs = 10 * 60_000;
const any = () => true;

export function createDriver(options: DriverOptions): Driver {
  const { spool, transports, clock, random } = options;
  const perform = createPerformer(options);
  const cut = new AbortController();
  let state = initialState(options.backlogPerSecond);
  let sleep: { readonly activity: Activity; readonly end: AbortController } | undefined;

  const now = (): Moment => ({ monotonicMs: clock.monotonicMs(), epochMs: clock.epochMs() });

  function tell(event: PlanEvent): void {
    const planned = plan(state, event);
    state = planned.state;
    for (const action of planned.actions) perform(action);
    if (sleep !== undefined && sleep.activity !== state.activity) sleep.end.abort();
  }

  async function drive(): Promise<void> {
    for (;;) {
      const { activity } = state;
      switch (activity.kind) {
        case 'resting':
          return;
        case 'looking':
          tell(look(options, state));
          break;
        case 'waiting':
          sleep = { activity, end: new AbortController() };
          await clock.sleep(activity.untilMs - clock.monotonicMs(), sleep.end.signal);
          sleep = undefined;
          if (state.activity === activity) tell(look(options, state));
          break;
        case 'sending':
          tell(await send(activity.entry));
      }
    }
  }

  async function send(entry: SpoolEntry): Promise<AttemptEnded> {
    let body: Uint8Array | undefined;
    try {
      body = spool.read(entry);
    } catch (error) {
      return { kind: 'unreadable', at: now(), random: random(), reason: errorMessage(error) };
    }
    if (body === undefined) return { kind: 'gone' };
    const post = { body, idempotencyKey: entry.key, signal: cut.signal };
    const result = await transports.take().post(post);
    transports.release();
    return { kind: 'answered', at: now(), random: random(), result };
  }

  return {
    get state() {
      return state;
    },
    now,
    tell,
    drive,
    cutOff() {
      tell({ kind: 'cut-off' });
      cut.abort();
    },
  };
}

function look({ spool, clock }: DriverOptions, { deferrals }: PlanState): Looked {
  spool.maintain();
  const oldest = spool.oldest(deferrals.size === 0 ? any : ({ key }) => !deferrals.has(key));
  return { kind: 'looked', nowMs: clock.monotonicMs(), newest: spool.newest(), oldest };
}

function createPerformer(options: DriverOptions): (action: Action) => void {
  const { spool, logger, clock } = options;
  const log = createRateLimitedLog({ logger, clock, intervalMs: logIntervalMs });
  return (action) => {
    switch (action.kind) {
      case 'acknowledge':
        spool.acknowledge(action.entry);
        break;
      case 'reject':
        spool.reject(action.entry, action.reason);
        break;
      case 'log': {
        const { level, event, fields, matter, tellsWaiting } = action;
        const waiting = tellsWaiting ? { waiting: spool.counts().pendingReports } : {};
        log.log(level, event, { ...fields, ...waiting }, matter);
      }
    }
  };
}
