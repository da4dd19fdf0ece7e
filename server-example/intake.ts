/**
 * Between the requests and the store: collects the reports that arrive together into one commit.
 *
 * A commit waits for the disk, and costs nearly the same for one report as for a hundred. So the
 * first report starts a commit at once, and whatever arrives while it runs goes into the next one:
 * a lone agent waits for nobody, and a fleet shares the disk's time.
 */
import { createHeldBytes } from './held-bytes.ts';
import { waitingBytesMax, waitingBytesOfSystemMax } from './limits.ts';
import { type IncomingReport, type InsertOutcome, type Store, StoreUnavailable } from './store.ts';

export interface IntakeOptions {
  readonly store: Pick<Store, 'insert'>;
  /** Reports in one commit, at most. */
  readonly batchReports?: number;
  /** Commits at a time: 1 for a store with one writer. */
  readonly concurrentBatches?: number;
  /** Bytes of JSON that may wait for a commit; beyond them the receiver is overloaded. */
  readonly waitingBytesMax?: number;
  /** Of one system: however much it sends, there is room left for others. */
  readonly waitingBytesOfSystemMax?: number;
}

export interface Intake {
  /** Resolves once the report is durable. Rejects with Overloaded or StoreUnavailable. */
  add(report: IncomingReport): Promise<InsertOutcome>;
  /** Resolves once nothing waits any more. */
  drain(): Promise<void>;
}

/** More reports arrive than the store can take; the agent keeps them and tries again. */
export class Overloaded extends Error {
  readonly code = 'OVERLOADED';
}

interface Waiting {
  readonly report: IncomingReport;
  readonly resolve: (outcome: InsertOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export function createIntake(options: IntakeOptions): Intake {
  const { store, batchReports = 256, concurrentBatches = 1 } = options;
  const held = createHeldBytes(
    options.waitingBytesMax ?? waitingBytesMax,
    options.waitingBytesOfSystemMax ?? waitingBytesOfSystemMax,
  );
  let waiting: Waiting[] = [];
  let running = 0;
  let scheduled = false;
  let idle: (() => void)[] = [];

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    await insert(store, batch);
    running -= 1;
    schedule();
    if (running > 0 || waiting.length > 0) return;
    for (const resolve of idle) resolve();
    idle = [];
  };

  const startBatches = (): void => {
    scheduled = false;
    while (running < concurrentBatches && waiting.length > 0) {
      const batch = waiting.slice(0, batchReports);
      waiting = waiting.slice(batchReports);
      for (const { report } of batch) held.giveBack(report.systemId, report.body.length);
      running += 1;
      void commit(batch);
    }
  };

  /** After the events at hand, so that requests which arrived together are committed together. */
  const schedule = (): void => {
    if (scheduled || waiting.length === 0) return;
    scheduled = true;
    setImmediate(startBatches);
  };

  return {
    add: (report) => {
      const taken = held.take(report.systemId, report.body.length);
      if (taken !== 'taken') {
        const whose = taken === 'too many of one' ? ` from ${report.systemId}` : '';
        const reason = `too many reports${whose} are waiting to be stored`;
        return Promise.reject(new Overloaded(reason));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ report, resolve, reject });
        schedule();
      });
    },
    drain: () =>
      running === 0 && waiting.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            idle.push(resolve);
          }),
  };
}

/** Tells each of them what became of it. */
async function insert(store: Pick<Store, 'insert'>, batch: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await store.insert(batch.map((one) => one.report));
    batch.forEach((one, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined) one.reject(new StoreUnavailable('store reports', 'no outcome'));
      else one.resolve(outcome);
    });
  } catch (error) {
    for (const one of batch) one.reject(error);
  }
}
