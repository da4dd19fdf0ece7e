/** Connections to a PostgreSQL database: borrowed, tried again where that helps, given back. */
import { Pool, type PoolClient, types } from 'pg';
import type { Row } from './rows.ts';
import { StoreUnavailable } from './store.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly log: (line: string) => void;
  /** Connections of this receiver, at most. */
  readonly connectionsMax?: number;
}

/** Each operation's name stands in the error where it fails: a `StoreUnavailable`. */
export interface Database {
  attempt<T>(operation: string, work: (client: PoolClient) => Promise<T>): Promise<T>;
  /** The rows that a statement gives. */
  rows(operation: string, text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** How many rows a statement changed. */
  count(operation: string, text: string, values: readonly unknown[]): Promise<number>;
  close(): Promise<void>;
}

/**
 * The statement lost against another of the same moment (deadlock, serialisation) or two receivers
 * made the tables at once; again, it goes through.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const againCodes = new Set(['40001', '40P01', '23505', '42P07', 'XX000']);
const attemptsMax = 4;

/** No connection is made before the first operation. */
export function openDatabase(options: PostgresOptions): Database {
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

  return {
    attempt: (operation, work) => withClient(pool, operation, work),
    rows: (operation, text, values = []) =>
      withClient(pool, operation, async (client) => (await client.query(text, [...values])).rows),
    count: (operation, text, values) =>
      withClient(
        pool,
        operation,
        async (client) => (await client.query(text, [...values])).rowCount ?? 0,
      ),
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

export async function inTransaction<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
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
