import { expect, test } from '@jest/globals';
import { createIntake, Overloaded } from '../../../server-example/intake.ts';
import {
  type IncomingReport,
  type InsertOutcome,
  StoreUnavailable,
} from '../../../server-example/store.ts';
import { exampleIncoming } from '../../support/report.ts';

function report(epoch: number, body = '{}'): IncomingReport {
  return exampleIncoming({ epoch, receivedAt: epoch, body });
}

/** A store whose commits end when the test says so. */
function createGatedStore() {
  const batches: (readonly IncomingReport[])[] = [];
  const gates: ((outcome: 'commit' | 'fail') => void)[] = [];
  return {
    batches,
    gates,
    insert: (batch: readonly IncomingReport[]): Promise<readonly InsertOutcome[]> => {
      batches.push(batch);
      return new Promise((resolve, reject) => {
        gates.push((outcome) => {
          if (outcome === 'commit') resolve(batch.map(() => 'stored'));
          else reject(new StoreUnavailable('store reports', new Error('full')));
        });
      });
    },
  };
}

/** Lets everything run that is ready to. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

test('a report is acknowledged after its commit and not before', async () => {
  const store = createGatedStore();
  const intake = createIntake({ store });
  let acknowledged = false;
  const added = intake.add(report(1)).then(() => {
    acknowledged = true;
  });
  await settle();
  expect([store.batches.length, acknowledged]).toEqual([1, false]);
  store.gates[0]?.('commit');
  await added;
  expect(acknowledged).toBe(true);
});

test('what arrives while a commit runs goes into the next one, together', async () => {
  const store = createGatedStore();
  const intake = createIntake({ store, batchReports: 3 });
  const first = intake.add(report(1));
  await settle();
  const rest = [2, 3, 4, 5].map((epoch) => intake.add(report(epoch)));
  await settle();
  expect(store.batches.map((batch) => batch.length)).toEqual([1]);
  store.gates[0]?.('commit');
  await first;
  await settle();
  store.gates[1]?.('commit');
  await settle();
  store.gates[2]?.('commit');
  await Promise.all(rest);
  expect(store.batches.map((batch) => batch.map((one) => one.epoch))).toEqual([
    [1],
    [2, 3, 4],
    [5],
  ]);
});

test('a failed commit refuses all of its reports, and the next one goes on', async () => {
  const store = createGatedStore();
  const intake = createIntake({ store });
  const failed = [1, 2].map((epoch) => intake.add(report(epoch)));
  await settle();
  store.gates[0]?.('fail');
  const outcomes = await Promise.allSettled(failed);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
  const next = intake.add(report(3));
  await settle();
  store.gates[1]?.('commit');
  expect(await next).toBe('stored');
});

test('beyond its bound of waiting bytes a report is refused at once', async () => {
  const store = createGatedStore();
  const intake = createIntake({ store, waitingBytesMax: 100 });
  const running = intake.add(report(1, 'x'.repeat(90)));
  await settle();
  const waiting = intake.add(report(2, 'x'.repeat(90)));
  await expect(intake.add(report(3, 'x'.repeat(90)))).rejects.toThrow(Overloaded);
  store.gates[0]?.('commit');
  await running;
  await settle();
  const welcome = intake.add(report(4, 'x'.repeat(90)));
  store.gates[1]?.('commit');
  await waiting;
  await settle();
  store.gates[2]?.('commit');
  expect(await welcome).toBe('stored');
});

test('drain resolves once nothing waits', async () => {
  const store = createGatedStore();
  const intake = createIntake({ store });
  await intake.drain();
  const added = intake.add(report(1));
  let drained = false;
  const draining = intake.drain().then(() => {
    drained = true;
  });
  await settle();
  expect(drained).toBe(false);
  store.gates[0]?.('commit');
  await added;
  await draining;
  expect(drained).toBe(true);
});
