/**
 * Retention in PostgreSQL: a pass looks at every system, and folds or drops what one has that is old
 * enough. Receivers that share a database may do it at the same time; the later finds nothing to do.
 */
import { type Database, inTransaction } from './postgres-database.ts';
import { foldFirst, type Range } from './postgres-fold.ts';
import { numberOrNull, type Row, textIn } from './rows.ts';
import type { PruneLimits, PruneResult } from './store.ts';

export interface PostgresRetention {
  prune(limits: PruneLimits): Promise<PruneResult>;
  forget(systemId: string): Promise<boolean>;
}

/** Systems that are looked at in one step. */
const stepSystems = 200;
/** Of the receiver's eight connections; four may be storing reports, and one is left for readers. */
const foldsAtATime = 3;
/** Reports forgotten in one statement. */
const forgetReports = 1000;

/** A report that claims a moment this long after its system was last heard of is of no right clock. */
const aheadSeconds = 86_400;

/** Each of these ends is read from the key's index, without a row in between. */
export const agesOf = `
  SELECT id, epoch AS newest, received_at AS heard,
    (SELECT min(epoch) FROM reports WHERE system_id = systems.id) AS oldest,
    (SELECT max(epoch) FROM reports WHERE system_id = systems.id) AS latest,
    (SELECT min(hour) FROM hourly WHERE system_id = systems.id) AS oldest_hour
  FROM systems WHERE id = ANY ($1::text[])`;

/** $1 system, $2 reports at most, less one. */
export const deleteReports = `
  DELETE FROM reports WHERE system_id = $1 AND epoch <= (
    SELECT epoch FROM reports WHERE system_id = $1 ORDER BY epoch, copy OFFSET $2 LIMIT 1)`;

/** A row an hour: those of a lifetime are few enough for one statement. */
export const deleteHours = 'DELETE FROM hourly WHERE system_id = $1 AND hour < $2';

/** What one system has that is old enough. `planOf` decides, `carryOut` does it. */
interface Plan {
  readonly systemId: string;
  readonly folds: readonly Range[];
  /** Hours before this one go; undefined where there are none. */
  readonly hoursBefore: number | undefined;
}

interface Outcome {
  readonly systemId: string;
  readonly reports: number;
  /** Nothing is left that can be folded. */
  readonly finished: boolean;
}

export function createPostgresRetention(database: Database): PostgresRetention {
  /** The systems that this pass has still to look at. */
  let waiting: readonly string[] = [];

  const plansOf = async (ids: readonly string[], limits: PruneLimits): Promise<readonly Plan[]> => {
    const ages = await database.rows('look for old reports', agesOf, [ids]);
    return ages
      .map((row) => planOf(row, limits))
      .filter(({ folds, hoursBefore }) => folds.length > 0 || hoursBefore !== undefined);
  };

  return {
    prune: async (limits) => {
      if (waiting.length === 0) {
        const found = await database.rows('list the systems', 'SELECT id FROM systems');
        waiting = found.map((row) => textIn(row, 'id'));
      }
      const step = waiting.slice(0, stepSystems);
      // Before their turn: one that fails does not hold the others up in the next pass.
      waiting = waiting.slice(stepSystems);
      const plans = await plansOf(step, limits);
      const folded = await sideBySide(plans, (plan) => carryOut(database, plan, limits));
      const unfinished = folded.filter(({ finished }) => !finished).map((one) => one.systemId);
      waiting = [...unfinished, ...waiting];
      const reportsFolded = folded.reduce((sum, { reports }) => sum + reports, 0);
      return { reportsFolded, more: waiting.length > 0 };
    },

    forget: async (systemId) => {
      const values = [systemId, forgetReports];
      let deleted = 1;
      while (deleted > 0) deleted = await database.count('forget reports', deleteReports, values);
      return database.attempt('forget a system', (client) =>
        inTransaction(client, async () => {
          // First, so that whoever is storing a report of it has ended, or waits until this has.
          const { rowCount } = await client.query('DELETE FROM systems WHERE id = $1', [systemId]);
          await client.query('DELETE FROM reports WHERE system_id = $1', [systemId]);
          await client.query('DELETE FROM hourly WHERE system_id = $1', [systemId]);
          return rowCount === 1;
        }),
      );
    },
  };
}

/** A few at a time, which different nodes of a distributed database work on. Fails once all ended. */
async function sideBySide<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) results.push(await work(item));
  };
  const ended = await Promise.allSettled(Array.from({ length: foldsAtATime }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return results;
}

function planOf(row: Row, limits: PruneLimits): Plan {
  const { receivedBefore } = limits;
  const hoursBefore = hourOf(limits.hourlyBefore);
  const folds: Range[] = [];
  const oldest = numberOrNull(row, 'oldest');
  const latest = numberOrNull(row, 'latest');
  // Of a machine that is silent for long, only the newest is left, which stays.
  const isNewestAlone = oldest === row.newest && latest === row.newest;
  // What arrived before that moment has an earlier epoch, but for a clock that is ahead.
  if (oldest !== null && oldest < receivedBefore && !isNewestAlone) {
    folds.push({ from: oldest, to: receivedBefore });
  }
  const ahead = Math.max(receivedBefore, (numberOrNull(row, 'heard') ?? 0) + aheadSeconds);
  if (latest !== null && latest > ahead) folds.push({ from: ahead, to: latest + 1 });
  // What is folded now may be so old that its hour goes as well.
  const hours = [numberOrNull(row, 'oldest_hour'), ...folds.map(({ from }) => hourOf(from))];
  const hasOldHour = hours.some((hour) => hour !== null && hour < hoursBefore);
  return {
    systemId: textIn(row, 'id'),
    folds,
    hoursBefore: hasOldHour ? hoursBefore : undefined,
  };
}

function hourOf(epoch: number): number {
  return Math.floor(epoch / 3600);
}

/** Of each range at most one step that folds anything, so that a pass stays one of short steps. */
async function carryOut(database: Database, plan: Plan, limits: PruneLimits): Promise<Outcome> {
  const { systemId, folds, hoursBefore } = plan;
  let reports = 0;
  let finished = true;
  for (const { from, to } of folds) {
    let step = { reached: from, reports: 0 };
    while (step.reached < to && step.reports === 0) {
      const range = { from: step.reached, to };
      step = await foldFirst(database, systemId, range, limits.receivedBefore);
    }
    reports += step.reports;
    finished &&= step.reached >= to;
  }
  if (hoursBefore !== undefined) {
    await database.count('drop old hours', deleteHours, [systemId, hoursBefore]);
  }
  return { systemId, reports, finished };
}
