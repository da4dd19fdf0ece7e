import { describe, expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import {
  createStatsCollector,
  type StatsCollectorOptions,
} from '../../../src/collectors/collect-stats.ts';
import type { CollectingSettings, Collector } from '../../../src/collectors/collector.ts';
import type { PartName, PartValues } from '../../../src/collectors/index.ts';
import { createHealthBook, type PartState } from '../../../src/collectors/part-health.ts';
import type { Processes } from '../../../src/collectors/processes/index.ts';
import { type Network, statsSchema } from '../../../src/wire/stats.ts';
import { createManualClock, settle } from '../../support/clocks.ts';
import { collectorContext, recordingLogger } from '../../support/collector-context.ts';

const cpu = { count: 2, frequency: 2600, percent_used: 12.5 };
const memory = { total: 100, available: 40, percent_used: 60, used: 50, free: 30 };
const processes = [{ pid: 1, name: 'init', username: 'root' }];
const disks = {
  '/dev/sda1': { file_system: 'ext4', mount_point: '/', total: 10, used: 4, free: 6 },
};
const network: Network = {
  lo: { ip: '127.0.0.1', netmask: '255.0.0.0', bytes_sent: 1, bytes_recv: 1 },
};

function answering<Value>(value: Value): Collector<Value> {
  return { collect: () => Promise.resolve(value) };
}

function failing<Value>(reason: () => string): Collector<Value> {
  return {
    collect: () =>
      Promise.reject(
        new MonitorError({ code: 'PERMISSION', operation: 'read it', reason: reason() }),
      ),
  };
}

type Collectors = { readonly [Part in PartName]?: Collector<PartValues[Part]> };

function collectorsWith(changes: Partial<Collectors> = {}): StatsCollectorOptions {
  const collectors: Collectors = {
    cpu: answering(cpu),
    memory: answering(memory),
    processes: answering(processes),
    disks: answering(disks),
    network: answering(network),
    ...changes,
  };
  return {
    collectorOf: (part) => {
      const collector: Collector<PartValues[typeof part]> | undefined = collectors[part];
      if (collector === undefined) throw new Error(`no ${part} here`);
      return collector;
    },
  };
}

test('a whole sample holds every part and validates against the wire', async () => {
  const result = await createStatsCollector(collectorContext(), collectorsWith()).collect();
  expect(result).toEqual({
    kind: 'collected',
    stats: { cpu, memory, processes, disks, network },
    values: { cpu, memory, processes, disks, network },
    states: { cpu: 'ok', memory: 'ok', processes: 'ok', disks: 'ok', network: 'ok' },
    failures: [],
  });
  if (result.kind === 'collected') expect(statsSchema.parse(result.stats)).toEqual(result.stats);
});

test('a failed part is left empty and does not stop the others', async () => {
  const collectors = collectorsWith({
    processes: failing(() => 'no'),
    disks: failing(() => 'no'),
    network: { collect: () => Promise.reject(new TypeError('broken')) },
  });
  const result = await createStatsCollector(collectorContext(), collectors).collect();
  expect(result).toMatchObject({
    kind: 'collected',
    stats: { cpu, memory, processes: [], disks: {}, network: {} },
  });
  expect(result.failures.map(({ part, error }) => [part, error.code])).toEqual([
    ['processes', 'PERMISSION'],
    ['disks', 'PERMISSION'],
    ['network', 'BUG'],
  ]);
});

test.each(['cpu', 'memory'] as const)('without %s there is no report', async (part) => {
  const collectors = collectorsWith({ [part]: failing(() => 'no') });
  const result = await createStatsCollector(collectorContext(), collectors).collect();
  expect(result.kind).toBe('incomplete');
  expect(result.failures.map((failure) => failure.part)).toEqual([part]);
});

test('a lasting failure is logged when it begins, when its reason changes and when it ends', async () => {
  const logger = recordingLogger();
  const reasons = ['denied', 'denied', 'gone', undefined, undefined, 'denied'];
  let sample = 0;
  const flapping: Collector<Network> = {
    collect: () => {
      const reason = reasons[sample++];
      return reason === undefined
        ? Promise.resolve(network)
        : failing<Network>(() => reason).collect();
    },
  };
  const stats = createStatsCollector(
    collectorContext({ logger }),
    collectorsWith({ network: flapping }),
  );
  for (const _ of reasons) await stats.collect();
  expect(logger.events.map(({ event, fields }) => [event, fields.reason])).toEqual([
    ['collector.failed', 'read it: denied'],
    ['collector.failed', 'read it: gone'],
    ['collector.recovered', undefined],
    ['collector.failed', 'read it: denied'],
  ]);
});

test('a collector that gives no answer loses its part at the deadline and is told to stop', async () => {
  const clock = createManualClock();
  let told: AbortSignal | undefined;
  const hanging: Collector<typeof disks> = {
    collect: (signal) => {
      told = signal;
      return new Promise(() => {});
    },
  };
  const stats = createStatsCollector(
    collectorContext({ clock, deadlineMs: 2000 }),
    collectorsWith({ disks: hanging }),
  );
  const pending = stats.collect();
  await clock.advance(1999);
  expect(told?.aborted).toBe(false);
  await clock.advance(1);
  const result = await pending;
  expect(told?.aborted).toBe(true);
  expect(result).toMatchObject({ kind: 'collected', stats: { cpu, disks: {} } });
  expect(result.failures.map(({ part, error }) => [part, error.code])).toEqual([
    ['disks', 'TIMEOUT'],
  ]);
});

test('a collector that has not ended is not asked again, and is taken back when it has', async () => {
  const clock = createManualClock();
  let asked = 0;
  let release = (): void => {};
  const slow: Collector<typeof disks> = {
    collect: () => {
      asked += 1;
      return asked === 1
        ? new Promise((resolve) => {
            release = () => resolve(disks);
          })
        : Promise.resolve(disks);
    },
  };
  const stats = createStatsCollector(
    collectorContext({ clock, deadlineMs: 100 }),
    collectorsWith({ disks: slow }),
  );
  const first = stats.collect();
  await clock.advance(100);
  await first;
  const second = await stats.collect();
  expect(second.failures.map(({ error }) => error.code)).toEqual(['BUSY']);
  expect(asked).toBe(1);
  release();
  await settle();
  expect(await stats.collect()).toMatchObject({ kind: 'collected', stats: { disks } });
  expect(asked).toBe(2);
});

test('no deadline outlives a sample that was in time', async () => {
  const clock = createManualClock();
  await createStatsCollector(collectorContext({ clock }), collectorsWith()).collect();
  expect(clock.sleeping()).toEqual([]);
});

test('closing closes every collector', () => {
  const closed: string[] = [];
  const closing = <Value>(name: string, value: Value): Collector<Value> => ({
    ...answering(value),
    close: () => closed.push(name),
  });
  const stats = createStatsCollector(
    collectorContext(),
    collectorsWith({ cpu: closing('cpu', cpu), disks: closing('disks', disks) }),
  );
  stats.close();
  expect(closed.sort()).toEqual(['cpu', 'disks']);
});

describe('the health of a part', () => {
  /** Answers with one of these after the other, a minute apart; takes 5 ms for each. */
  function setUp(answers: readonly (Network | 'denied')[]) {
    const clock = createManualClock(1_800_000_000_000);
    const logger = recordingLogger();
    let sample = 0;
    const collector: Collector<Network> = {
      collect: async () => {
        await clock.sleep(5);
        const answer = answers[sample++] ?? network;
        return answer === 'denied' ? failing<Network>(() => 'denied').collect() : answer;
      },
    };
    const stats = createStatsCollector(
      collectorContext({ clock, logger }),
      collectorsWith({ network: collector }),
    );
    async function next() {
      const pending = stats.collect();
      await clock.advance(5);
      const result = await pending;
      await clock.advance(59_995);
      return { result, health: stats.health().parts.get('network') };
    }
    return { logger, next, stats };
  }

  test('is unknown before the first sample', () => {
    expect(setUp([]).stats.health()).toEqual({ parts: new Map(), remarks: [] });
  });

  test('goes from ok to failed, empty and ok again, each since its first sample', async () => {
    const { next } = setUp([network, network, 'denied', 'denied', {}, {}, network]);
    const seen = [];
    for (let sample = 0; sample < 7; sample += 1) {
      const { result, health } = await next();
      expect(result.states.network).toBe(health?.state);
      seen.push([
        health?.state,
        (health?.sinceEpoch ?? 0) - 1_800_000_000,
        (health?.lastGoodEpoch ?? 0) - 1_800_000_000,
        health?.error?.code,
      ]);
      expect(health?.tookMs).toBe(5);
    }
    expect(seen).toEqual([
      ['ok', 0, 0, undefined],
      ['ok', 0, 60, undefined],
      ['failed', 120, 60, 'PERMISSION'],
      ['failed', 120, 60, 'PERMISSION'],
      ['empty', 240, 60, undefined],
      ['empty', 240, 60, undefined],
      ['ok', 360, 360, undefined],
    ]);
  });

  test('is said when it fails, again every hour, and when it is over', async () => {
    const { logger, next } = setUp([...Array<'denied'>(125).fill('denied'), {}]);
    for (let sample = 0; sample < 127; sample += 1) await next();
    expect(logger.events.map(({ event }) => event)).toEqual([
      ...['collector.failed', 'collector.failed', 'collector.failed', 'collector.recovered'],
    ]);
  });

  test('outlives collectors that are made anew', async () => {
    const clock = createManualClock(1_800_000_000_000);
    const context = collectorContext({ clock });
    const health = createHealthBook(context);
    const failed = { ...collectorsWith({ disks: failing(() => 'no') }), health };
    await createStatsCollector(context, failed).collect();
    await clock.advance(60_000);
    const renewed = createStatsCollector(context, failed);
    await renewed.collect();
    expect(renewed.health().parts.get('disks')).toMatchObject({ sinceEpoch: 1_800_000_000 });
  });

  test.each<[string, Partial<CollectingSettings>, Processes, PartState]>([
    ['no process where all are wanted cannot be', {}, [], 'failed'],
    ['a count of none cannot be either', { processes_detail: 'count' }, { count: 0 }, 'failed'],
    ['none that the filters leave is no failure', { processes_exclude: ['*'] }, [], 'empty'],
    ['none on purpose is off', { processes_detail: 'off' }, [], 'off'],
    ['a count is as good as a list', { processes_detail: 'count' }, { count: 3 }, 'ok'],
  ])('of processes: %s', async (_, settings, value, state) => {
    const collectors = collectorsWith({ processes: answering(value) });
    const stats = createStatsCollector(collectorContext({ settings }), collectors);
    const result = await stats.collect();
    expect(result).toMatchObject({ kind: 'collected', states: { processes: state } });
    if (state !== 'failed') expect(result).toMatchObject({ stats: { processes: value } });
  });
});
