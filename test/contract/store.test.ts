/**
 * The contract of server-example/store.ts, run over every store.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  copiesMax,
  type IncomingReport,
  type PruneLimits,
  type Store,
  StoreUnavailable,
} from '../../server-example/store.ts';
import { allStores } from '../support/stores.ts';

const hour = 3600;
/** A whole hour, so that what is folded into one is easy to see. */
const start = 1_795_000_000 - (1_795_000_000 % hour);

function report(changes: Partial<IncomingReport> = {}): IncomingReport {
  const epoch = changes.epoch ?? start;
  return {
    systemId: 'Linux-a',
    epoch,
    receivedAt: epoch + 1,
    intervalSeconds: 60,
    url: 'http://127.0.0.1:5000',
    body: JSON.stringify({ epoch, text: 'ä"\\u0000</script>' }),
    copiesMax,
    cpuCount: 4,
    cpuFrequency: 2399.5,
    cpuPercent: 10,
    memoryTotalBytes: 64 * 2 ** 40,
    memoryUsedBytes: 2 ** 40,
    memoryPercent: 20,
    processCount: 3,
    disks: '{"sda":1}',
    network: '{"eth0":1}',
    ...changes,
  };
}

for (const stores of allStores) {
  const missing = stores.requirements.filter((requirement) => !requirement.met);
  const reasons = missing.map(({ reason }) => reason).join('; ');
  const describeStore = missing.length === 0 ? describe : describe.skip;

  describeStore(missing.length === 0 ? stores.name : `${stores.name} [skipped: ${reasons}]`, () => {
    let store: Store;
    beforeAll(() => stores.start());
    afterAll(async () => {
      await store?.close();
      await stores.stop();
    });
    beforeEach(async () => {
      await store?.close();
      store = await stores.empty();
    });

    async function pruneAll(
      limits: PruneLimits,
      pruned = store,
    ): Promise<{ folded: number; steps: number }> {
      let folded = 0;
      for (let steps = 1; steps < 100; steps += 1) {
        const step = await pruned.prune(limits);
        folded += step.reportsFolded;
        if (!step.more) return { folded, steps };
      }
      throw new Error('the pass does not end');
    }

    test('the first report of an id registers it, and shows as its newest', async () => {
      expect(await store.isRegistered('Linux-a')).toBe(false);
      expect(await store.insert([report()])).toEqual(['stored']);
      expect(await store.isRegistered('Linux-a')).toBe(true);
      const { systemId: _id, copiesMax: _copies, body, ...newest } = report();
      expect(await store.systems()).toEqual([
        { id: 'Linux-a', name: null, registeredAt: start + 1, newest: { ...newest, before: null } },
      ]);
      expect(await store.newestReport('Linux-a')).toBe(body);
    });

    test('the whole report of a past moment is the newest collected then or before', async () => {
      const at = (epoch: number, body: string) => report({ epoch, body });
      await store.insert([at(start + 60, 'second'), at(start, 'first')]);
      await store.insert([at(start + 60, 'second again'), report({ systemId: 'Linux-b' })]);
      expect(await store.reportAt('Linux-a', start - 1)).toBeUndefined();
      expect(await store.reportAt('Linux-a', start)).toBe('first');
      expect(await store.reportAt('Linux-a', start + 59)).toBe('first');
      expect(await store.reportAt('Linux-a', start + 60)).toBe('second again');
      expect(await store.reportAt('Linux-a', start + 86_400)).toBe('second again');
      expect(await store.reportAt('Linux-c', start)).toBeUndefined();
    });

    test('figures that a machine does not give stay absent', async () => {
      await store.insert([report({ cpuFrequency: null, processCount: null })]);
      const [system] = await store.systems(['Linux-a']);
      expect(system?.newest).toMatchObject({ cpuFrequency: null, processCount: null });
    });

    test('a report is stored once, within a batch and across batches', async () => {
      expect(await store.insert([report(), report(), report({ epoch: start + 60 })])).toEqual([
        'stored',
        'duplicate',
        'stored',
      ]);
      expect(await store.insert([report()])).toEqual(['duplicate']);
      expect(await store.insert([report({ systemId: 'Linux-b' })])).toEqual(['stored']);
      const points = await store.history(everything('Linux-a', 60));
      expect(points.map((point) => [point.epoch, point.reports])).toEqual([
        [start, 1],
        [start + 60, 1],
      ]);
    });

    test('two different reports of one system and second are both stored, each once', async () => {
      const other = report({ body: 'other', cpuPercent: 30 });
      const later = { epoch: start + 1 };
      expect(await store.insert([report()])).toEqual(['stored']);
      expect(await store.insert([other, report()])).toEqual(['conflict', 'duplicate']);
      expect(
        await store.insert([
          report(later),
          report({ ...later, body: 'other' }),
          report(later),
          report({ ...later, body: 'third' }),
          report({ ...later, body: 'other' }),
        ]),
      ).toEqual(['stored', 'conflict', 'duplicate', 'conflict', 'duplicate']);
      for (const body of ['other', 'third', report(later).body]) {
        expect(await store.insert([report({ ...later, body })])).toEqual(['duplicate']);
      }
      expect(await store.newestReport('Linux-a')).toBe('third');
      const points = await store.history(everything('Linux-a', 1));
      expect(
        points.map(({ epoch, reports, cpuPercentAverage }) => [epoch, reports, cpuPercentAverage]),
      ).toEqual([
        [start, 2, 20],
        [start + 1, 3, 10],
      ]);
    });

    test('a second of several reports is one point of a chart, with the levels of the last', async () => {
      await store.insert([report({ disks: '{"first":1}', network: '{"first":1}' })]);
      await store.insert([report({ body: 'other', disks: '{"last":1}', network: '{"last":1}' })]);
      expect(await store.history(everything('Linux-a', 60))).toMatchObject([
        { epoch: start, reports: 2, disks: '{"last":1}', network: '{"last":1}' },
      ]);
    });

    test('a clock that was set back makes older reports, which neither replace nor lose anything', async () => {
      const seconds = [0, 60, 120].map((second) => start + second);
      const before = seconds.map((epoch) => report({ epoch, body: `${epoch} before` }));
      const after = seconds.map((epoch) => {
        return report({ epoch, body: `${epoch} after`, receivedAt: start + 180 + (epoch - start) });
      });
      await store.insert(before);
      for (const [at, one] of after.entries()) {
        expect(await store.insert([one])).toEqual(['conflict']);
        const newest = at === 2 ? `${start + 120} after` : `${start + 120} before`;
        expect(await store.newestReport('Linux-a')).toBe(newest);
      }
      const [system] = await store.systems(['Linux-a']);
      expect(system?.newest).toMatchObject({ epoch: start + 120, receivedAt: start + 300 });
      const points = await store.history(everything('Linux-a', 60));
      expect(points.map((point) => point.reports)).toEqual([2, 2, 2]);
    });

    test('a report that may have so many beside it is stored among fewer, and known where it is there', async () => {
      const alone = (body: string) => report({ body, copiesMax: 1 });
      expect(await store.insert([alone('a'), alone('b'), alone('a')])).toEqual([
        'stored',
        'excess',
        'duplicate',
      ]);
      expect(await store.insert([report({ body: 'c' })])).toEqual(['conflict']);
      expect(await store.insert([alone('c'), alone('b')])).toEqual(['duplicate', 'excess']);
      expect(await store.insert([report({ body: 'b', copiesMax: 3 })])).toEqual(['conflict']);
      expect(await store.insert([report({ body: 'd', copiesMax: 3 })])).toEqual(['excess']);
    });

    test('it can be asked whether it takes anything, and that changes nothing', async () => {
      await store.insert([report()]);
      const before = await store.systems();
      await store.check();
      expect(await store.systems()).toEqual(before);
      await store.close();
      await expect(store.check()).rejects.toBeInstanceOf(StoreUnavailable);
    });

    test('beyond its bound a further report of one second is not stored, and said to be so', async () => {
      const many = Array.from({ length: copiesMax + 2 }, (_, at) => report({ body: `${at}` }));
      const outcomes = await store.insert([...many, ...many]);
      const expected = many.map((_, at) => {
        if (at === 0) return 'stored';
        return at < copiesMax ? 'conflict' : 'excess';
      });
      const again = many.map((_, at) => (at < copiesMax ? 'duplicate' : 'excess'));
      expect(outcomes).toEqual([...expected, ...again]);
      expect(await store.insert(many)).toEqual(again);
      expect(await store.insert([report({ epoch: start + 1 })])).toEqual(['stored']);
      const [point] = await store.history(everything('Linux-a', 1));
      expect(point?.reports).toBe(copiesMax);
    });

    test('different reports of one second that arrive at the same moment are each stored once', async () => {
      const bodies = ['a', 'b', 'c', 'd'];
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, (_, at) =>
          store.insert([report({ body: bodies[at % 4] ?? '' }), report({ epoch: start + at + 1 })]),
        ),
      );
      const firsts = outcomes.map(([first]) => first);
      expect(firsts.filter((outcome) => outcome === 'stored')).toHaveLength(1);
      expect(firsts.filter((outcome) => outcome === 'conflict')).toHaveLength(3);
      expect(firsts.filter((outcome) => outcome === 'duplicate')).toHaveLength(12);
      const [point] = await store.history(everything('Linux-a', 1));
      expect(point).toMatchObject({ epoch: start, reports: 4 });
    });

    test('duplicates that arrive at the same moment are stored once', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, (_, at) =>
          store.insert([report(), report({ epoch: start + at + 1 })]),
        ),
      );
      expect(outcomes.filter(([first]) => first === 'stored')).toHaveLength(1);
      expect(outcomes.map(([, second]) => second)).toEqual(
        Array.from({ length: 16 }, () => 'stored'),
      );
    });

    test('an older report of the backlog changes the history and not the newest figures', async () => {
      await store.insert([report({ epoch: start + 600, cpuPercent: 50, body: 'newest' })]);
      await store.insert([report({ cpuPercent: 5, receivedAt: start + 700, body: 'older' })]);
      const [system] = await store.systems(['Linux-a']);
      expect(system?.newest).toMatchObject({
        epoch: start + 600,
        cpuPercent: 50,
        receivedAt: start + 700,
        before: null,
      });
      expect(await store.newestReport('Linux-a')).toBe('newest');
      expect(await store.history(everything('Linux-a', 60))).toHaveLength(2);
    });

    test('a newer report leaves the counters of the one before it beside its own', async () => {
      await store.insert([report({ network: '{"eth0":1}' })]);
      await store.insert([report({ epoch: start + 60, network: '{"eth0":2}' })]);
      const [system] = await store.systems(['Linux-a']);
      expect(system?.newest).toMatchObject({
        epoch: start + 60,
        network: '{"eth0":2}',
        before: { epoch: start, network: '{"eth0":1}' },
      });
    });

    test('a machine whose clock ran ahead is shown as it is once the clock is right again', async () => {
      await store.insert([report({ epoch: start + 1_000_000, receivedAt: start })]);
      await store.insert([report({ epoch: start + 60, receivedAt: start + 60 })]);
      const [system] = await store.systems(['Linux-a']);
      expect(system?.newest?.epoch).toBe(start + 60);
    });

    test('an id can be registered before its first report, once', async () => {
      expect(await store.register('Linux-a', start)).toBe(true);
      expect(await store.register('Linux-a', start + 5)).toBe(false);
      expect(await store.systems()).toEqual([
        { id: 'Linux-a', name: null, registeredAt: start, newest: null },
      ]);
      expect(await store.newestReport('Linux-a')).toBeUndefined();
      await store.insert([report()]);
      const [system] = await store.systems(['Linux-a']);
      expect([system?.registeredAt, system?.newest?.epoch]).toEqual([start, start]);
    });

    test('a name stays with its system when reports arrive', async () => {
      expect(await store.rename('Linux-a', 'alpha')).toBe(false);
      await store.insert([report()]);
      expect(await store.rename('Linux-a', 'alpha')).toBe(true);
      await store.insert([report({ epoch: start + 60 })]);
      expect((await store.systems()).map((system) => system.name)).toEqual(['alpha']);
      expect(await store.rename('Linux-a', null)).toBe(true);
      expect((await store.systems()).map((system) => system.name)).toEqual([null]);
    });

    test('a forgotten id leaves nothing behind, and its neighbour is untouched', async () => {
      await store.insert([report(), report({ systemId: 'Linux-b' })]);
      expect(await store.forget('Linux-a')).toBe(true);
      expect(await store.forget('Linux-a')).toBe(false);
      expect(await store.isRegistered('Linux-a')).toBe(false);
      expect(await store.history(everything('Linux-a', 60))).toEqual([]);
      expect(await store.newestReport('Linux-b')).toBe(report().body);
      expect(await store.insert([report()])).toEqual(['stored']);
    });

    test('systems are listed by id, and those asked for alone', async () => {
      await store.insert(['c', 'a', 'b'].map((systemId) => report({ systemId })));
      expect((await store.systems()).map((system) => system.id)).toEqual(['a', 'b', 'c']);
      expect((await store.systems(['b', 'x'])).map((system) => system.id)).toEqual(['b']);
      expect(await store.systems([])).toEqual([]);
      expect(await store.systemIds()).toEqual(['a', 'b', 'c']);
    });

    test('a history averages what falls into a bucket, and shows levels as its last report has them', async () => {
      await store.insert([
        report({ epoch: start + 10, cpuPercent: 10, memoryPercent: 50, disks: '{"a":1}' }),
        report({ epoch: start + 20, cpuPercent: 40, memoryPercent: 10, disks: '{"a":2}' }),
        report({ epoch: start + 110, cpuPercent: 7, memoryPercent: 8, network: '{"b":3}' }),
      ]);
      expect(await store.history(everything('Linux-a', 100))).toEqual([
        {
          epoch: start + 20,
          reports: 2,
          cpuPercentAverage: 25,
          cpuPercentMax: 40,
          memoryPercentAverage: 30,
          memoryPercentMax: 50,
          disks: '{"a":2}',
          network: '{"eth0":1}',
        },
        {
          epoch: start + 110,
          reports: 1,
          cpuPercentAverage: 7,
          cpuPercentMax: 7,
          memoryPercentAverage: 8,
          memoryPercentMax: 8,
          disks: '{"sda":1}',
          network: '{"b":3}',
        },
      ]);
    });

    test('a history of very many reports counts each of them once, and others have their turn meanwhile', async () => {
      const many = Array.from({ length: 10_000 }, (_, at) =>
        report({ epoch: start + at, cpuPercent: at % 100, body: `${at}`, network: `{"at":${at}}` }),
      );
      await store.insert(many);
      let turns = 0;
      const counting = setInterval(() => {
        turns += 1;
      }, 0);
      const points = await store.history(everything('Linux-a', hour));
      clearInterval(counting);
      expect(
        points.map((point) => [
          point.epoch,
          point.reports,
          point.cpuPercentAverage,
          point.cpuPercentMax,
          point.network,
        ]),
      ).toEqual([
        [start + 3599, 3600, 49.5, 99, '{"at":3599}'],
        [start + 7199, 3600, 49.5, 99, '{"at":7199}'],
        [start + 9999, 2800, 49.5, 99, '{"at":9999}'],
      ]);
      expect(turns).toBeGreaterThan(0);
    });

    test('a history holds both of its ends and nothing beyond them', async () => {
      await store.insert([1, 2, 3, 4].map((second) => report({ epoch: start + second })));
      const points = await store.history({
        systemId: 'Linux-a',
        from: start + 2,
        to: start + 3,
        bucketSeconds: 1,
      });
      expect(points.map((point) => point.epoch)).toEqual([start + 2, start + 3]);
    });

    test('old reports become hours that keep their averages, peaks and last levels', async () => {
      await store.insert([
        report({ epoch: start + 60, cpuPercent: 10, memoryPercent: 30 }),
        report({ epoch: start + 120, cpuPercent: 30, memoryPercent: 10, network: '{"x":1}' }),
        report({ epoch: start + hour + 5, cpuPercent: 90 }),
        report({ epoch: start + 9 * hour, cpuPercent: 1 }),
      ]);
      const before = await store.history(everything('Linux-a', hour));
      const pruned = await store.prune({ receivedBefore: start + 8 * hour, hourlyBefore: 0 });
      expect(pruned).toEqual({ reportsFolded: 3, more: false });
      expect(await store.history(everything('Linux-a', hour))).toEqual(before);
      // Finer than an hour there is nothing any more: one point for each folded hour.
      const fine = await store.history(everything('Linux-a', 60));
      expect(fine.map((point) => [point.epoch, point.reports])).toEqual([
        [start + 120, 2],
        [start + hour + 5, 1],
        [start + 9 * hour, 1],
      ]);
    });

    test('a second of several reports is folded as a whole, when the last of them is old', async () => {
      const second = { epoch: start + 60 };
      await store.insert([
        report({ ...second, cpuPercent: 10 }),
        report({ ...second, cpuPercent: 40, body: 'other', network: '{"other":1}' }),
        report({ ...second, cpuPercent: 70, body: 'late', receivedAt: start + 2 * hour }),
      ]);
      await store.insert([
        report({ epoch: start + 9 * hour }),
        report({ epoch: start + 9 * hour, body: 'newest' }),
      ]);
      const before = await store.history(everything('Linux-a', hour));
      expect(await store.prune({ receivedBefore: start + hour, hourlyBefore: 0 })).toEqual({
        reportsFolded: 0,
        more: false,
      });
      expect(await store.insert([report(second)])).toEqual(['duplicate']);
      // The newest second stays whole as well, so that each of its reports is known again.
      const late = { receivedBefore: start + 20 * hour, hourlyBefore: 0 };
      expect(await store.prune(late)).toEqual({ reportsFolded: 3, more: false });
      expect(await store.history(everything('Linux-a', hour))).toEqual(before);
      expect(before).toMatchObject([
        { epoch: start + 60, reports: 3, cpuPercentAverage: 40, cpuPercentMax: 70 },
        { epoch: start + 9 * hour, reports: 2 },
      ]);
      const newest = report({ epoch: start + 9 * hour });
      expect(await store.insert([newest, { ...newest, body: 'newest' }])).toEqual([
        'duplicate',
        'duplicate',
      ]);
    });

    test('reports that reach an hour after it was folded are added to it', async () => {
      await store.insert([report({ epoch: start + 60, cpuPercent: 10 })]);
      await store.insert([report({ epoch: start + 5 * hour, receivedAt: start + 20 * hour })]);
      await store.prune({ receivedBefore: start + hour, hourlyBefore: 0 });
      const late = { receivedAt: start + 2 * hour, disks: '{"late":1}' };
      await store.insert([report({ epoch: start + 30, cpuPercent: 40, ...late })]);
      await store.prune({ receivedBefore: start + 3 * hour, hourlyBefore: 0 });
      const [folded] = await store.history(everything('Linux-a', hour));
      expect(folded).toMatchObject({
        epoch: start + 60,
        reports: 2,
        cpuPercentAverage: 25,
        cpuPercentMax: 40,
        disks: '{"sda":1}',
      });
    });

    test('the newest report of a silent machine is kept however old it is', async () => {
      await store.insert([report(), report({ epoch: start + 60, body: 'last words' })]);
      await store.prune({ receivedBefore: start + 1000 * hour, hourlyBefore: 0 });
      expect(await store.newestReport('Linux-a')).toBe('last words');
      const again = await store.prune({ receivedBefore: start + 1000 * hour, hourlyBefore: 0 });
      expect(again).toEqual({ reportsFolded: 0, more: false });
    });

    test('reports of a clock that ran ahead are folded when they arrived long enough ago', async () => {
      const ahead = [1, 2, 3].map((second) => start + 5000 * hour + second);
      await store.insert(ahead.map((epoch) => report({ epoch, receivedAt: start })));
      await store.insert([report({ epoch: start + 60 })]);
      expect(await store.prune({ receivedBefore: start, hourlyBefore: 0 })).toMatchObject({
        reportsFolded: 0,
      });
      const limits = { receivedBefore: start + hour, hourlyBefore: 0 };
      expect(await pruneAll(limits)).toMatchObject({ folded: 3 });
      expect(await store.history(everything('Linux-a', 1))).toMatchObject([
        { epoch: start + 60, reports: 1 },
        { epoch: start + 5000 * hour + 3, reports: 3 },
      ]);
    });

    test('reports that must stay do not hold those after them up, however many they are', async () => {
      const seconds = Array.from({ length: 1050 }, (_, at) => start + at);
      await store.insert(seconds.map((epoch) => report({ epoch, receivedAt: start })));
      const late = start + 20 * hour;
      await store.insert(
        seconds.map((epoch) => report({ epoch, body: 'late', receivedAt: late, cpuPercent: 1 })),
      );
      const after = [0, 60].map((second) => report({ epoch: start + 2 * hour + second }));
      await store.insert([...after, report({ epoch: start + 21 * hour })]);
      expect(await pruneAll({ receivedBefore: start + 19 * hour, hourlyBefore: 0 })).toMatchObject({
        folded: 2,
      });
      expect(await store.insert([report({ epoch: start, receivedAt: start })])).toEqual([
        'duplicate',
      ]);
    });

    test('of a silent machine and of one that reports, each keeps what is its newest', async () => {
      await store.insert([report({ systemId: 'silent' }), report({ epoch: start + 100 * hour })]);
      await store.insert([report({ epoch: start + 101 * hour, body: 'newest' })]);
      const limits = { receivedBefore: start + 1000 * hour, hourlyBefore: 0 };
      expect(await pruneAll(limits)).toMatchObject({ folded: 1 });
      expect(await store.newestReport('silent')).toBe(report().body);
      expect(await store.newestReport('Linux-a')).toBe('newest');
    });

    test('two that fold the same reports at the same moment count each of them once', async () => {
      const systems = Array.from({ length: 8 }, (_, at) => `Linux-${at}`);
      const many = systems.flatMap((systemId) =>
        Array.from({ length: 120 }, (_, at) => report({ systemId, epoch: start + at * 60 })),
      );
      await store.insert(many);
      await store.insert(systems.map((systemId) => report({ systemId, epoch: start + 9 * hour })));
      const other = await stores.reopen();
      try {
        const limits = { receivedBefore: start + 8 * hour, hourlyBefore: 0 };
        const both = await Promise.all([pruneAll(limits), pruneAll(limits, other)]);
        expect(both.reduce((sum, { folded }) => sum + folded, 0)).toBe(many.length);
        for (const systemId of systems) {
          const points = await store.history(everything(systemId, hour));
          expect(points.map(({ reports }) => reports)).toEqual([60, 60, 1]);
        }
      } finally {
        await other.close();
      }
    });

    test('a machine that reports while it is forgotten is known, or left nothing', async () => {
      for (let round = 0; round < 10; round += 1) {
        await store.insert([report({ epoch: start - 60 })]);
        const reporting = [0, 1, 2].map((at) => store.insert([report({ epoch: start + at })]));
        await Promise.all([...reporting.slice(0, 2), store.forget('Linux-a'), ...reporting]);
        const left = await store.history(everything('Linux-a', 1));
        if (left.length > 0) expect(await store.isRegistered('Linux-a')).toBe(true);
        expect(left.map(({ epoch }) => epoch)).not.toContain(start - 60);
        await store.forget('Linux-a');
        expect(await store.history(everything('Linux-a', 1))).toEqual([]);
      }
    });

    test('an id with more reports than one step takes is forgotten whole', async () => {
      const many = Array.from({ length: 2100 }, (_, at) => report({ epoch: start + at * hour }));
      await store.insert(many);
      await store.insert([report({ systemId: 'Linux-b' })]);
      await pruneAll({ receivedBefore: start + 5 * hour, hourlyBefore: 0 });
      expect(await store.forget('Linux-a')).toBe(true);
      expect(await store.history(everything('Linux-a', hour))).toEqual([]);
      expect(await store.insert([report({ epoch: start + 7 * hour })])).toEqual(['stored']);
      expect(await store.history(everything('Linux-b', hour))).toHaveLength(1);
    });

    test('more hours than one step drops go in several', async () => {
      const many = Array.from({ length: 2100 }, (_, at) => report({ epoch: start + at * hour }));
      await store.insert(many);
      const limits = { receivedBefore: start + 2080 * hour, hourlyBefore: start + 2050 * hour };
      const { folded } = await pruneAll(limits);
      expect(folded).toBe(2080);
      const points = await store.history(everything('Linux-a', hour));
      expect(points[0]?.epoch).toBe(start + 2050 * hour);
      expect(points).toHaveLength(50);
    });

    test('hours that are old enough go, and more reports than one step takes go in several', async () => {
      const many = Array.from({ length: 1100 }, (_, at) => report({ epoch: start + at }));
      await store.insert(many);
      await store.insert([report({ epoch: start + 100 * hour })]);
      const limits = { receivedBefore: start + 50 * hour, hourlyBefore: start + hour };
      const { folded, steps } = await pruneAll(limits);
      expect(folded).toBe(1100);
      expect(steps).toBeGreaterThan(1);
      const points = await store.history(everything('Linux-a', hour));
      expect(points.map((point) => point.epoch)).toEqual([start + 100 * hour]);
    });

    test('what was stored is there after the store was closed and opened again', async () => {
      await store.insert([report()]);
      await store.close();
      store = await stores.reopen();
      expect(await store.newestReport('Linux-a')).toBe(report().body);
      expect(await store.insert([report()])).toEqual(['duplicate']);
    });
  });
}

function everything(systemId: string, bucketSeconds: number) {
  return { systemId, from: 0, to: start + 10_000 * hour, bucketSeconds };
}
