/**
 * The store for a fleet that one machine cannot receive: any database that speaks PostgreSQL's
 * protocol. Receivers keep nothing themselves, so as many as needed may share one database.
 */
import { Pool, type PoolClient, types } from 'pg';
import { insertBatch } from './postgres-insert.ts';
import * as sql from './postgres-schema.ts';
import { numberIn, textIn, toHistoryPoint, toSystemRow } from './rows.ts';
import { type Store, StoreUnavailable } from './store.ts';

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
    await attempt('make the tables', async (client) => {
      await client.query(sql.schema);
      const { rows: found } = await client.query(sql.isFirstVersion);
      if (found[0]?.first === true) await client.query(sql.upgradeFirstVersion);
    });
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
