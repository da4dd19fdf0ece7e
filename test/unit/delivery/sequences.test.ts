/** Plan and driver together, through whatever can happen to them, in generated order. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { silentLogger } from '../../../src/base/logger.ts';
import type { PostResult } from '../../../src/delivery/transport.ts';
import { createSpool } from '../../../src/spool/create-spool.ts';
import { createManualClock } from '../../support/clocks.ts';
import { answerOf, anyDraw } from '../../support/delivery-arbitraries.ts';
import { anySteps, beginDay, stepsWithoutDisk } from '../../support/delivery-day.ts';
import { createModelSpool } from '../../support/model-spool.ts';
import { realDisk } from '../../support/real-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const anyDraws = fc.array(anyDraw, { minLength: 1, maxLength: 8 });
const anyPace = fc.constantFrom(2, 20, Number.POSITIVE_INFINITY);

test('nothing is lost, doubled, hurried or forgotten, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps(40), anyPace, anyDraws, async (steps, perSecond, draws) => {
      const clock = createManualClock();
      const model = createModelSpool();
      const day = beginDay({ clock, model, openSpool: () => model, perSecond, draws });
      for (const step of steps) await day.take(step);
      await day.recover();
      await day.end();
      expect(day.watch.breaches).toEqual([]);
      for (const { key } of day.appended) {
        const fate = model.fates.get(key);
        const verdict = day.watch.verdicts.get(key);
        // What the disk loses it may lose while the report is on its way.
        if (fate === 'dropped' || fate === 'damaged') continue;
        expect([key, verdict, fate]).toEqual(
          verdict === 'accepted' ? [key, verdict, 'acknowledged'] : [key, 'rejected', 'rejected'],
        );
      }
    }),
    { numRuns: 200 },
  );
});

test('with the spool on disk as well', async () => {
  await fc.assert(
    fc.asyncProperty(stepsWithoutDisk(20), anyPace, anyDraws, async (steps, perSecond, draws) => {
      const clock = createManualClock();
      const folder = temporaryFolder();
      const openSpool = () =>
        createSpool({ disk: realDisk, folder, pid: process.pid, clock, logger: silentLogger });
      const day = beginDay({ clock, model: undefined, openSpool, perSecond, draws });
      for (const step of steps) await day.take(step);
      await day.recover();
      await day.end();
      expect(day.watch.breaches).toEqual([]);
      const spool = openSpool();
      const verdicts = day.appended.map(({ key }) => day.watch.verdicts.get(key));
      const rejected = verdicts.filter((verdict) => verdict === 'rejected').length;
      const accepted = verdicts.filter((verdict) => verdict === 'accepted').length;
      expect(accepted + rejected).toBe(day.appended.length);
      expect(spool.counts()).toMatchObject({ pendingReports: 0, rejectedReports: rejected });
      spool.close();
    }),
    { numRuns: 20 },
  );
});

const hourMs = 3_600_000;
const stumbles = fc.constantFrom<PostResult>(answerOf(500), answerOf(507), {
  kind: 'failure',
  code: 'ECONNRESET',
  reason: 'reset',
  connected: true,
});

test('a report that the server stumbles over steps back, comes again, and holds up no other', async () => {
  const places = fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(places, stumbles, anyPace, anyDraws, async (bad, result, perSecond, draws) => {
      const clock = createManualClock();
      const model = createModelSpool();
      const day = beginDay({ clock, model, openSpool: () => model, perSecond, draws });
      await day.take({ kind: 'answers', answers: [{ result: answerOf(503), latencyMs: 0 }] });
      for (let number = 0; number < 12; number += 1)
        await day.take({ kind: 'report', ageSeconds: 0, isAnnounced: true });
      const keys = bad.map((place) => day.appended[place]?.key ?? '');
      day.watch.answerTo(new Map(keys.map((key) => [key, { result, latencyMs: 3 }])));
      await day.take({ kind: 'answers', answers: [{ result: answerOf(200), latencyMs: 3 }] });
      await day.take({ kind: 'pass', ms: hourMs });
      expect(model.pending().map(({ key }) => key)).toEqual([...keys].sort());
      for (const key of keys) {
        // At most five minutes for all, then five of its own; at least a sixteenth of that.
        expect(day.watch.requests.get(key)).toBeGreaterThanOrEqual(2);
        expect(day.watch.requests.get(key)).toBeLessThanOrEqual(hourMs / 18_750 + 10);
      }
      await day.recover();
      await day.end();
      expect(day.watch.breaches).toEqual([]);
      expect(day.state().acceptedReports).toBe(12);
    }),
    // Two that took turns for ever while six waited behind them, until they were told apart.
    { numRuns: 30, examples: [[[0, 4], answerOf(500), 20, [0.8465]]] },
  );
});
