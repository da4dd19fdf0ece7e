import { describe, expect, test } from '@jest/globals';
import { createAgent } from '../../../src/agent/agent.ts';
import { MonitorError } from '../../../src/base/errors.ts';
import { createRemarks } from '../../../src/base/remarks.ts';
import type { StatsCollector, StatsResult } from '../../../src/collectors/collect-stats.ts';
import type { Delivery } from '../../../src/delivery/delivery.ts';
import type { HealthNotes } from '../../../src/delivery/health-notes.ts';
import type { Spool, SpoolEntry } from '../../../src/spool/spool.ts';
import { createManualClock, type ManualClock } from '../../support/clocks.ts';
import { createRecordingLogger, type RecordingLogger } from '../../support/recording-logger.ts';

const collected: StatsResult = {
  kind: 'collected',
  values: {},
  states: {},
  failures: [],
  stats: {
    cpu: { count: 1, percent_used: 0 },
    memory: { total: 1, available: 1, percent_used: 0, used: 0, free: 1 },
    processes: [],
    disks: {},
    network: {},
  },
};

describe('the loop', () => {
  test('spools every report before it tells delivery of it', async () => {
    const { agent, epochs, events, logger, run } = setUp();
    await run(5000);
    const { collectedReports, failedReports, skippedTicks } = agent.state();
    // The first when the second of the start is over, then one in each interval.
    expect(collectedReports).toBe(5);
    expect({ failedReports, skippedTicks }).toEqual({ failedReports: 0, skippedTicks: 0 });
    expect(events).toEqual(Array(collectedReports).fill(['append', 'announce']).flat());
    const [line] = logger.lines.filter(({ event }) => event === 'report.collected');
    expect(line).toMatchObject({ level: 'debug', fields: { key: String(epochs[0]), took_ms: 0 } });
  });

  test('reports in no second in which an earlier process may have reported', async () => {
    const startMs = 1_800_000_000_400;
    const { epochs, run } = setUp({ startMs });
    await run(3000);
    expect(Math.min(...epochs)).toBe(1_800_000_001);
  });

  test('gives every report a second of its own, also where two ticks fall into one', async () => {
    const { clock, epochs, run } = setUp({ startMs: 1_800_000_000_020 });
    // A clock that runs a little slow against the monotonic one, as a slewed one does.
    await run(7000, () => clock.setEpochMs(clock.epochMs() - 15));
    expect(new Set(epochs).size).toBe(epochs.length);
    expect(epochs.length).toBeGreaterThanOrEqual(5);
  });

  test('collects on when a report could not be spooled, and says so once', async () => {
    const { agent, logger, spoolFails, run } = setUp();
    spoolFails(true);
    await run(5000);
    expect(agent.state()).toMatchObject({ collectedReports: 0, failedReports: 5 });
    expect(saidTimes(logger, 'report.failed')).toBe(1);
  });

  test('says again every hour that no report can be made', async () => {
    const { logger, spoolFails, run } = setUp({ intervalSeconds: 60 });
    spoolFails(true);
    await run(2.5 * 3_600_000);
    expect(saidTimes(logger, 'report.failed')).toBe(3);
  });

  test('knows since when no report could be made, how many, and why', async () => {
    const { agent, clock, spoolFails, run } = setUp();
    const startMs = clock.epochMs();
    spoolFails(true);
    await run(5000);
    const state = agent.state();
    expect(state).toMatchObject({ failedReports: 5, consecutiveFailures: 5 });
    expect(state.failingSinceMs).toBeLessThanOrEqual(startMs + 1000);
    expect(state.lastError).toMatchObject({ code: 'CANNOT_WRITE', reason: 'write it: ENOSPC' });
    spoolFails(false);
    await run(2000);
    expect(agent.state()).toMatchObject({
      failedReports: 5,
      consecutiveFailures: 0,
      failingSinceMs: undefined,
      lastError: state.lastError,
    });
  });

  test('notes of every report how its parts were', async () => {
    const { answers, health, run } = setUp();
    const states = { cpu: 'ok', memory: 'ok', processes: 'off', network: 'empty' } as const;
    answers.push({ ...collected, states: { ...states, disks: 'failed' } });
    await run(1000);
    expect([...health.values()]).toEqual([
      'cpu=ok,memory=ok,processes=off,disks=failed,network=empty',
    ]);
  });

  test('makes no report without cpu or memory, and goes on when they are back', async () => {
    const { agent, answers, logger, run } = setUp();
    const error = new MonitorError({ code: 'TIMEOUT', operation: 'collect cpu', reason: 'late' });
    answers.push(
      { kind: 'incomplete', values: {}, states: {}, failures: [{ part: 'cpu', error }] },
      collected,
    );
    await run(3000);
    expect(agent.state()).toMatchObject({ collectedReports: 2, failedReports: 1 });
    expect(saidTimes(logger, 'report.failed')).toBe(1);
    expect(saidTimes(logger, 'report.recovered')).toBe(1);
    const [failed] = logger.lines.filter(({ event }) => event === 'report.failed');
    expect(failed?.fields.reason).toBe('make a report: collect cpu: late');
  });

  test('skips the ticks that pass while a collection takes too long', async () => {
    const { agent, clock, collectorTakes, logger, run } = setUp();
    collectorTakes(() => clock.sleep(2500));
    await run(8000);
    expect(agent.state().collectedReports).toBe(2);
    expect(agent.state().skippedTicks).toBeGreaterThanOrEqual(2);
    const told = logger.lines.filter(({ event }) => event === 'schedule.skipped');
    const ticks = told.reduce((sum, { fields }) => sum + Number(fields.ticks), 0);
    expect(ticks).toBe(agent.state().skippedTicks);
  });

  test("a collection that ends after the stop is not spooled: the spool may be another's", async () => {
    const { agent, clock, collectorTakes, events } = setUp();
    collectorTakes(() => clock.sleep(5000));
    const stop = new AbortController();
    const running = agent.run(stop.signal);
    await clock.advance(2000);
    stop.abort();
    await clock.advance(10_000);
    await running;
    expect(events).toEqual([]);
    expect(agent.state()).toMatchObject({ collectedReports: 0, failedReports: 0 });
  });

  test('asks the collectors that hold when its second has come, not those before a reload', async () => {
    const { agent, clock, collector, reporting } = setUp({ startMs: 1_800_000_000_400 });
    let asked = 0;
    const replacement: Pick<StatsCollector, 'collect'> = {
      collect: async () => {
        asked += 1;
        return collected;
      },
    };
    collector.collect = () => Promise.reject(new Error('closed by then'));
    const made = agent.collectOnce();
    await clock.advance(300);
    agent.reconfigure({ ...reporting, collector: replacement });
    await clock.advance(300);
    expect(await made).toMatchObject({ epoch: 1_800_000_001 });
    expect(asked).toBe(1);
  });

  test('takes a new interval over without a restart', async () => {
    const { agent, reporting, epochs, run } = setUp({ intervalSeconds: 3600 });
    await run(10_000, () => {
      if (epochs.length === 1) {
        agent.reconfigure({ ...reporting, header: { ...reporting.header, intervalSeconds: 1 } });
      }
    });
    expect(epochs.length).toBeGreaterThan(5);
  });
});

interface SetUpOptions {
  readonly startMs?: number;
  readonly intervalSeconds?: number;
}

function setUp({ startMs = 1_800_000_000_000, intervalSeconds = 1 }: SetUpOptions = {}) {
  const clock: ManualClock = createManualClock(startMs);
  const logger = createRecordingLogger();
  const events: string[] = [];
  const epochs: number[] = [];
  const answers: StatsResult[] = [];
  let failing = false;
  let work = (): Promise<void> => Promise.resolve();

  const spool: Pick<Spool, 'append'> = {
    append(epoch, body) {
      if (failing) {
        throw new MonitorError({ code: 'CANNOT_WRITE', operation: 'write it', reason: 'ENOSPC' });
      }
      events.push('append');
      epochs.push(epoch);
      return { key: String(epoch), epoch, sizeBytes: body.length, durable: true };
    },
  };
  const delivery: Pick<Delivery, 'announce'> = {
    announce: (_entry: SpoolEntry) => {
      events.push('announce');
    },
  };
  const health = new Map<string, string>();
  const noting: Pick<HealthNotes, 'note'> = { note: (key, text) => void health.set(key, text) };
  const collector: Pick<StatsCollector, 'collect'> = {
    async collect() {
      await work();
      return answers.shift() ?? collected;
    },
  };
  const reporting = {
    header: { systemId: 'Linux-1', url: 'http://127.0.0.1/', intervalSeconds },
    reportBytesMax: 1_000_000,
    collector,
  };
  const remarks = createRemarks({ clock, logger });
  const agent = createAgent({ clock, logger, spool, delivery, health: noting, remarks, reporting });

  async function run(ms: number, eachSecond: () => void = () => {}): Promise<void> {
    const stop = new AbortController();
    const running = agent.run(stop.signal);
    for (let passed = 0; passed < ms; passed += 1000) {
      await clock.advance(Math.min(1000, ms - passed));
      eachSecond();
    }
    stop.abort();
    await clock.advance(10_000);
    await running;
  }

  return {
    agent,
    answers,
    clock,
    collector,
    epochs,
    events,
    health,
    logger,
    reporting,
    run,
    spoolFails: (value: boolean) => {
      failing = value;
    },
    collectorTakes: (next: () => Promise<void>) => {
      work = next;
    },
  };
}

function saidTimes(logger: RecordingLogger, event: string): number {
  return logger.events().filter((said) => said === event).length;
}
