/**
 * The store for a fleet that one machine cannot receive: any database that speaks PostgreSQL's
 * protocol. Receivers keep nothing themselves, so as many as needed may share one database.
 */
import { Pool, type PoolClient, types } from 'pg';
import * as sql from './postgres-schema.ts';
import { numberIn, type Row, textIn, toHistoryPoint, toSystemRow } from './rows.ts';
import {
  type IncomingReport,
  type InsertOutcome,
  momentOf,
  type Store,
  StoreUnavailable,
} from './store.ts';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly log: (line: string) => void;
  /** Connections of this receiver, at most. */
  readonly connectionsMax?: number;
}

const pruneReports = 500;

/**
 * The statement lost against another of the same moment (deadlock, serialisation) or two receivers
 * made the tables at once; again, it goes through.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const againCodes = new Set(['40001', '40P01', '23505', '42P07', 'XX000']);
const attemptsMax = 4;

/** Connects and makes the tables where they are missing. Rejects where the database is away. */
export async function createPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const pool = new Pool({
    connectionString: options.url,
    max: options.connectionsMax ?? 8,
    connectionTimeoutMillis: 5000,
    query_timeout: 30_000,
    application_name: 'system-monitor receiver',
    types: { getTypeParser },
  });
  // An idle connection that breaks is replaced by the next query; unheard, it would end the process.
  pool.on('error', (error) => options.log(`database: ${error.message}`));

  const attempt = <T>(operation: string, work: (client: PoolClient) => Promise<T>): Promise<T> =>
    withClient(pool, operation, work);
  const rows = (operation: string, text: string, values: readonly unknown[] = []) =>
    attempt(operation, async (client) => (await client.query(text, [...values])).rows);
  const count = (operation: string, text: string, values: readonly unknown[]) =>
    attempt(operation, async (client) => (await client.query(text, [...values])).rowCount ?? 0);

  try {
    await attempt('make the tables', (client) => client.query(sql.schema));
  } catch (error) {
    await pool.end();
    throw error;
  }

  return {
    concurrentInserts: 4,

    insert: (batch) =>
      attempt('store reports', (client) => inTransaction(client, () => insertBatch(client, batch))),

    isRegistered: async (systemId) =>
      (await rows('look up a system', 'SELECT 1 FROM systems WHERE id = $1', [systemId])).length >
      0,

    register: async (systemId, at) => {
      const text =
        'INSERT INTO systems (id, registered_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING';
      return (await count('register a system', text, [systemId, at])) === 1;
    },

    rename: async (systemId, name) => {
      const text = 'UPDATE systems SET name = $2 WHERE id = $1';
      return (await count('name a system', text, [systemId, name])) === 1;
    },

    forget: (systemId) =>
      attempt('forget a system', (client) =>
        inTransaction(client, async () => {
          await client.query('DELETE FROM reports WHERE system_id = $1', [systemId]);
          await client.query('DELETE FROM hourly WHERE system_id = $1', [systemId]);
          const { rowCount } = await client.query('DELETE FROM systems WHERE id = $1', [systemId]);
          return rowCount === 1;
        }),
      ),

    systems: async (ids) => {
      const text =
        ids === undefined ? 'SELECT * FROM systems' : 'SELECT * FROM systems WHERE id = ANY ($1)';
      const found = await rows('list the systems', text, ids === undefined ? [] : [ids]);
      // By code unit here and not by the database's collation, so that every store agrees.
      return found.map(toSystemRow).sort((one, other) => (one.id < other.id ? -1 : 1));
    },

    newestReport: async (systemId) => {
      const [row] = await rows('read a report', sql.newestBody, [systemId]);
      return row === undefined ? undefined : textIn(row, 'body');
    },

    history: async ({ systemId, from, to, bucketSeconds }) => {
      const found = await rows('read a history', sql.history, [systemId, from, to, bucketSeconds]);
      return found.map(toHistoryPoint);
    },

    prune: async ({ receivedBefore, hourlyBefore }) => {
      const values = [receivedBefore, pruneReports];
      const [row] = await rows('fold old reports', sql.foldReports, values);
      const reportsFolded = numberIn(row ?? {}, 'reports');
      const more = reportsFolded === pruneReports;
      if (!more) {
        const before = Math.floor(hourlyBefore / 3600);
        await rows('drop old hours', 'DELETE FROM hourly WHERE hour < $1', [before]);
      }
      return { reportsFolded, more };
    },

    close: () => (pool.ended ? Promise.resolve() : pool.end()),
  };
}

async function insertBatch(
  client: PoolClient,
  batch: readonly IncomingReport[],
): Promise<readonly InsertOutcome[]> {
  const first = new Map<string, IncomingReport>();
  for (const report of batch) {
    if (!first.has(keyOf(report))) first.set(keyOf(report), report);
  }
  // Receivers that store the same reports at once take their locks in one order, and do not block
  // each other for ever.
  const ordered = [...first.values()].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const { rows } = await client.query(sql.insertReports, [
    ordered.map((report) => report.systemId),
    ordered.map((report) => report.epoch),
    ordered.map((report) => report.receivedAt),
    ordered.map((report) => report.cpuPercent),
    ordered.map((report) => report.memoryPercent),
    ordered.map((report) => report.disks),
    ordered.map((report) => report.network),
    ordered.map((report) => report.body),
  ]);
  const stored = new Set(rows.map(keyOfRow));
  await updateSystems(
    client,
    ordered.filter((report) => stored.has(keyOf(report))),
  );
  const bodies = await bodiesThere(client, ordered, stored);
  return batch.map((report) => {
    const key = keyOf(report);
    if (stored.delete(key)) return 'stored';
    return bodies.get(key) === report.body ? 'duplicate' : 'conflict';
  });
}

/** The JSON that is kept under each report's key: this batch's own, or what was there before. */
async function bodiesThere(
  client: PoolClient,
  reports: readonly IncomingReport[],
  stored: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const bodies = new Map(reports.map((report) => [keyOf(report), report.body]));
  const older = reports.filter((report) => !stored.has(keyOf(report)));
  if (older.length === 0) return bodies;
  const { rows } = await client.query(sql.bodiesAt, [
    older.map((report) => report.systemId),
    older.map((report) => report.epoch),
  ]);
  for (const row of rows) bodies.set(keyOfRow(row), textIn(row, 'body'));
  return bodies;
}

/**
 * One upsert may touch a row once, so a system's newest report goes after the one before it, whose
 * counters the newest takes over; what is older than both changes no figure.
 */
async function updateSystems(
  client: PoolClient,
  reports: readonly IncomingReport[],
): Promise<void> {
  const bySystem = Map.groupBy(reports, (report) => report.systemId);
  const newestTwo = [...bySystem.values()].map((ofOne) =>
    ofOne.sort((one, other) => momentOf(one) - momentOf(other)).slice(-2),
  );
  await upsert(
    client,
    newestTwo.flatMap((two) => (two.length === 2 ? two.slice(0, 1) : [])),
  );
  await upsert(
    client,
    newestTwo.flatMap((two) => two.slice(-1)),
  );
  await client.query(sql.touchSystems, [
    [...bySystem.keys()],
    [...bySystem.values()].map((ofOne) => Math.max(...ofOne.map((one) => one.receivedAt))),
  ]);
}

async function upsert(client: PoolClient, reports: readonly IncomingReport[]): Promise<void> {
  if (reports.length === 0) return;
  await client.query(sql.upsertSystems, [
    reports.map((report) => report.systemId),
    reports.map((report) => report.receivedAt),
    reports.map(momentOf),
    reports.map((report) => report.epoch),
    reports.map((report) => report.intervalSeconds),
    reports.map((report) => report.url),
    reports.map((report) => report.cpuCount),
    reports.map((report) => report.cpuFrequency),
    reports.map((report) => report.cpuPercent),
    reports.map((report) => report.memoryTotalBytes),
    reports.map((report) => report.memoryUsedBytes),
    reports.map((report) => report.memoryPercent),
    reports.map((report) => report.processCount),
    reports.map((report) => report.disks),
    reports.map((report) => report.network),
  ]);
}

/** No id holds a control character. */
function keyOf(report: { readonly systemId: string; readonly epoch: number }): string {
  return `${report.systemId}\n${report.epoch}`;
}

function keyOfRow(row: Row): string {
  return keyOf({ systemId: textIn(row, 'system_id'), epoch: numberIn(row, 'epoch') });
}

async function withClient<T>(
  pool: Pool,
  operation: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    let client: PoolClient | undefined;
    try {
      client = await pool.connect();
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      // A connection in an unknown state is not used again.
      client?.release(true);
      if (attempts >= attemptsMax || !againCodes.has(String(Object(error).code))) {
        throw new StoreUnavailable(operation, error);
      }
    }
  }
}

async function inTransaction<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Whole numbers of 64 bits come as text by default; ours are all below 2^53. */
function getTypeParser(oid: number): (value: string) => unknown {
  return oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, 'text');
}
