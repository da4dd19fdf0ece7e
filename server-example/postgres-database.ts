/**
 * Connections to a PostgreSQL database: borrowed, tried again where that helps, given back. The
 * database may crash, be restarted or be replaced by its standby at any moment; whoever works with
 * it then waits a little, and is told `StoreUnavailable` where that was not enough.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, type PoolClient, types } from 'pg';
import type { Row } from './rows.ts';
import { StoreUnavailable } from './store.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly log: (line: string) => void;
  /** Connections of this receiver, at most. */
  readonly connectionsMax?: number;
  /** How long the database works on one statement before it gives up. */
  readonly statementTimeoutMs?: number;
  /** From 0 to 1; shortens pauses, so that receivers that lost one database do not all return at once. */
  readonly random?: () => number;
}

/** Each operation's name stands in the error where it fails: a `StoreUnavailable`. */
export interface Database {
  /** `work` is done again where its failure may pass, also one whose commit may have gone through. */
  attempt<T>(operation: string, work: (client: PoolClient) => Promise<T>): Promise<T>;
  /** The rows that a statement gives. */
  rows(operation: string, text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** How many rows a statement changed. */
  count(operation: string, text: string, values: readonly unknown[]): Promise<number>;
  close(): Promise<void>;
}

/**
 * Another try may go through (https://www.postgresql.org/docs/current/errcodes-appendix.html):
 *
 *   08…                  the connection broke, to the database or between its nodes
 *   40001, 40P01         the statement lost against another of the same moment
 *   53300                too many connections
 *   57P…                 the database ends or starts
 *   25006                it is a standby now
 *   23505, 42P07, 42P16, XX000   two receivers made the tables at once
 *   E…                   the system's word for a connection that failed: ECONNREFUSED and the like
 */
const passingCodes =
  /^(08...|40001|40P01|53300|57P..|25006|23505|42P07|42P16|XX000|E[A-Z][A-Z_]+)$/;

/**
 * A try and five more within 1.6 s: a restart is often over by then. Each pause is longer, so that
 * those who lost against each other do not meet again and again
 * (https://www.cockroachlabs.com/docs/stable/transaction-retry-error-example).
 */
const pausesMs = [50, 100, 200, 400, 800];

const connectTimeoutMs = 5000;
/** With what may follow it, below the 30 s that an agent waits for its answer. */
const statementTimeoutMsDefault = 15_000;
/** The database answers first, with its own error; this is for one that cannot answer any more. */
const answerGraceMs = 2000;
/** Of a receiver whose machine went away, the database keeps locks no longer than this. */
const idleInTransactionMs = 15_000;

/**
 * Citus would open up to sixteen connections to each of its nodes for every one of ours, and end each
 * transaction on all of them.
 */
const shareCitus = `
  SELECT set_config('citus.max_adaptive_executor_pool_size', '1', false)
  WHERE EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')`;

/** No connection is made before the first operation. */
export function openDatabase(options: PostgresOptions): Database {
  const connections = createConnections(options);
  const random = options.random ?? (() => 1);

  const attempt = async <T>(
    operation: string,
    work: (client: PoolClient) => Promise<T>,
  ): Promise<T> => {
    for (let failures = 0; ; failures += 1) {
      const outcome = await connections.use(work);
      if (outcome.done) return outcome.result;
      const pauseMs = pausesMs[failures];
      if (!outcome.mayPass || pauseMs === undefined) {
        throw new StoreUnavailable(operation, outcome.error);
      }
      await sleep(pauseMs * (0.5 + random() / 2));
    }
  };

  return {
    attempt,
    rows: (operation, text, values = []) =>
      attempt(operation, async (client) => (await client.query(text, [...values])).rows),
    count: (operation, text, values) =>
      attempt(operation, async (client) => (await client.query(text, [...values])).rowCount ?? 0),
    close: connections.close,
  };
}

type Outcome<T> =
  | { readonly done: true; readonly result: T }
  /** `mayPass`: the next try may end differently. A time that ran out is waited for once only. */
  | { readonly done: false; readonly error: unknown; readonly mayPass: boolean };

interface Connections {
  /** Lends a connection, and never throws. */
  use<T>(work: (client: PoolClient) => Promise<T>): Promise<Outcome<T>>;
  close(): Promise<void>;
}

function createConnections(options: PostgresOptions): Connections {
  const statementTimeoutMs = options.statementTimeoutMs ?? statementTimeoutMsDefault;
  const pool = new Pool({
    connectionString: options.url,
    max: options.connectionsMax ?? 8,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: statementTimeoutMs + answerGraceMs,
    keepAlive: true,
    application_name: 'system-monitor receiver',
    types: { getTypeParser },
  });
  const broken = new WeakSet<PoolClient>();
  // A connection may break while somebody works with it and while nobody does; an error that nobody
  // hears would end the process.
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      broken.add(client);
      if (!pool.ending) options.log(`database: ${error.message}`);
    });
  });
  // Tells the same once more, of a connection that nobody works with.
  pool.on('error', () => {});

  const prepared = new WeakSet<PoolClient>();
  const prepare = async (client: PoolClient): Promise<void> => {
    if (prepared.has(client)) return;
    // Not as parameters of the connection: a pooler in between refuses those that it does not know.
    await client.query(`
      SET statement_timeout = ${statementTimeoutMs};
      SET idle_in_transaction_session_timeout = ${idleInTransactionMs};
      SET synchronous_commit = on`);
    await client.query(shareCitus);
    prepared.add(client);
  };

  return {
    use: async (work) => {
      let client: PoolClient | undefined;
      try {
        client = await pool.connect();
        await prepare(client);
        const result = await work(client);
        client.release();
        return { done: true, result };
      } catch (error) {
        const mayPass = isPassing(error) || (client !== undefined && broken.has(client));
        // A connection in an unknown state is not used again.
        client?.release(true);
        return { done: false, error, mayPass };
      }
    },
    close: async () => {
      if (!pool.ending) await pool.end();
    },
  };
}

/** Without a code, the other side closed the connection or did not answer in time. */
function isPassing(error: unknown): boolean {
  const { code, message } = Object(error);
  return code === undefined ? /terminated unexpectedly/.test(message) : passingCodes.test(code);
}

/** Where it fails, the connection is closed, and with it ends what was not committed. */
export async function inTransaction<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  const result = await work();
  await client.query('COMMIT');
  return result;
}

/** Whole numbers of 64 bits come as text by default; ours are all below 2^53. */
function getTypeParser(oid: number): (value: string) => unknown {
  return oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, 'text');
}
