/**
 * Retention in PostgreSQL, one system after the other. Each statement is of one system and a range of
 * its key, so it costs what it folds however large the table is, needs one node of a distributed
 * database, and holds no lock that another system's reports wait for.
 *
 * Receivers that share a database may do this at the same time: of two that fold the same reports the
 * later waits for the earlier, and finds nothing.
 */
import { type Database, inTransaction } from './postgres-database.ts';
import { numberIn, numberOrNull, type Row, textIn } from './rows.ts';
import { copiesMax, type PruneLimits, type PruneResult } from './store.ts';

export interface PostgresRetention {
  prune(limits: PruneLimits): Promise<PruneResult>;
  forget(systemId: string): Promise<boolean>;
}

/** Systems that are looked at in one step. */
const stepSystems = 100;
/** Reports of one statement: some tens of milliseconds. A second, which stays whole, has no more. */
const statementReports = copiesMax;

/** A report that claims a moment this long after its system was last heard of is of no right clock. */
const aheadSeconds = 86_400;

/** Each of these ends is read from the key's index, without a row in between. */
export const agesOf = `
  SELECT id, epoch AS newest, received_at AS heard,
    (SELECT min(epoch) FROM reports WHERE system_id = systems.id) AS oldest,
    (SELECT max(epoch) FROM reports WHERE system_id = systems.id) AS latest,
    (SELECT min(hour) FROM hourly WHERE system_id = systems.id) AS oldest_hour
  FROM systems WHERE id = ANY ($1::text[])`;

/**
 * $1 system, $2 from and $3 to, of the key, $4 arrived before, $5 reports at most. One statement, so
 * that a report is either whole or part of its hour whatever happens. `reached` is where it ended.
 *
 * A second is folded as a whole: a copy that stayed alone would not be known again when it is sent
 * again. So those with a late copy stay, and the newest.
 */
export const foldReports = `
  WITH bound AS (
    SELECT coalesce((
      SELECT epoch FROM reports
      WHERE system_id = $1 AND epoch >= $2 AND epoch < $3 AND received_at < $4
      ORDER BY epoch, copy OFFSET $5 LIMIT 1), $3::bigint) AS epoch
  ), old AS (
    DELETE FROM reports
    WHERE system_id = $1 AND epoch >= $2 AND epoch < (SELECT epoch FROM bound)
      AND epoch NOT IN (
        SELECT epoch FROM reports
        WHERE system_id = $1 AND epoch >= $2 AND epoch < (SELECT epoch FROM bound)
          AND received_at >= $4)
      AND epoch <> coalesce((SELECT epoch FROM systems WHERE id = $1), -1)
    RETURNING system_id, epoch, copy, cpu_percent, memory_percent, disks, network
  ), folded AS (
    INSERT INTO hourly (system_id, hour, reports, cpu_sum, cpu_max, memory_sum, memory_max,
                        last_epoch, disks, network)
    SELECT system_id, epoch / 3600, count(*), sum(cpu_percent), max(cpu_percent),
           sum(memory_percent), max(memory_percent), max(epoch),
           (array_agg(disks ORDER BY epoch DESC, copy DESC))[1],
           (array_agg(network ORDER BY epoch DESC, copy DESC))[1]
    FROM old GROUP BY system_id, epoch / 3600
    ON CONFLICT (system_id, hour) DO UPDATE SET
      reports = hourly.reports + excluded.reports,
      cpu_sum = hourly.cpu_sum + excluded.cpu_sum,
      cpu_max = greatest(hourly.cpu_max, excluded.cpu_max),
      memory_sum = hourly.memory_sum + excluded.memory_sum,
      memory_max = greatest(hourly.memory_max, excluded.memory_max),
      disks = CASE WHEN excluded.last_epoch > hourly.last_epoch
                   THEN excluded.disks ELSE hourly.disks END,
      network = CASE WHEN excluded.last_epoch > hourly.last_epoch
                     THEN excluded.network ELSE hourly.network END,
      last_epoch = greatest(hourly.last_epoch, excluded.last_epoch)
  )
  SELECT (SELECT count(*) FROM old) AS reports, (SELECT epoch FROM bound) AS reached`;

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

/** Of epochs, without its end. */
interface Range {
  readonly from: number;
  readonly to: number;
}

interface Folded {
  readonly reports: number;
  /** Nothing is left that can be folded. */
  readonly finished: boolean;
}

export function createPostgresRetention(database: Database): PostgresRetention {
  /** The systems of this pass, and which of them comes next. */
  let ids: readonly string[] = [];
  let next = 0;

  const plansOf = async (step: readonly string[], limits: PruneLimits) => {
    const ages = await database.rows('look for old reports', agesOf, [step]);
    return new Map(ages.map((row) => [textIn(row, 'id'), planOf(row, limits)]));
  };

  return {
    prune: async (limits) => {
      if (next >= ids.length) {
        const found = await database.rows('list the systems', 'SELECT id FROM systems');
        ids = found.map((row) => textIn(row, 'id'));
        next = 0;
      }
      const step = ids.slice(next, next + stepSystems);
      const plans = await plansOf(step, limits);
      let reportsFolded = 0;
      for (const id of step) {
        // Before its turn: a system that fails does not hold the others up in the next pass.
        next += 1;
        const plan = plans.get(id);
        if (plan === undefined) continue;
        const folded = await carryOut(database, plan, limits);
        reportsFolded += folded.reports;
        if (folded.finished) continue;
        next -= 1;
        break;
      }
      return { reportsFolded, more: next < ids.length };
    },

    forget: async (systemId) => {
      const values = [systemId, statementReports];
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

/** At most one statement that folds anything for each range, so that a step stays short. */
async function carryOut(database: Database, plan: Plan, limits: PruneLimits): Promise<Folded> {
  const { systemId, folds, hoursBefore } = plan;
  let reports = 0;
  let finished = true;
  for (const { from, to } of folds) {
    let [reached, folded] = [from, 0];
    while (reached < to && folded === 0) {
      const values = [systemId, reached, to, limits.receivedBefore, statementReports];
      const [row = {}] = await database.rows('fold old reports', foldReports, values);
      [reached, folded] = [numberIn(row, 'reached'), numberIn(row, 'reports')];
    }
    reports += folded;
    finished &&= reached >= to;
  }
  if (hoursBefore !== undefined) {
    await database.count('drop old hours', deleteHours, [systemId, hoursBefore]);
  }
  return { reports, finished };
}
