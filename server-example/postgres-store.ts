/**
 * The store for a fleet that one machine cannot receive: any database that speaks PostgreSQL's
 * protocol. Receivers keep nothing themselves, so as many as needed may share one database.
 */
import type { PoolClient } from 'pg';
import {
  type Database,
  inTransaction,
  openDatabase,
  type PostgresOptions,
} from './postgres-database.ts';
import { insertBatch } from './postgres-insert.ts';
import * as sql from './postgres-schema.ts';
import { numberIn, textIn, toHistoryPoint, toSystemRow } from './rows.ts';
import type { PruneLimits, PruneResult, Store } from './store.ts';

const pruneReports = 500;

/** Connects and makes the tables where they are missing. Rejects where the database is away. */
export async function createPostgresStore(options: PostgresOptions): Promise<Store> {
  const database = openDatabase(options);
  try {
    await database.attempt('make the tables', makeTables);
  } catch (error) {
    await database.close();
    throw error;
  }
  return storeIn(database);
}

async function makeTables(client: PoolClient): Promise<void> {
  await client.query(sql.schema);
  const { rows } = await client.query(sql.isFirstVersion);
  if (rows[0]?.first === true) await client.query(sql.upgradeFirstVersion);
}

function storeIn(database: Database): Store {
  const { attempt, rows, count } = database;
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
      attempt('forget a system', (client) => inTransaction(client, () => forget(client, systemId))),

    systemIds: async () => {
      const found = await rows('list the systems', 'SELECT id FROM systems');
      return found.map((row) => textIn(row, 'id')).sort();
    },

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

    // A standby that only reads refuses it; a disk that is full shows when a report is stored.
    check: async () => {
      await count('write', "UPDATE systems SET registered_at = registered_at WHERE id = ''", []);
    },

    prune: (limits) => prune(database, limits),

    close: () => database.close(),
  };
}

async function forget(client: PoolClient, systemId: string): Promise<boolean> {
  await client.query('DELETE FROM reports WHERE system_id = $1', [systemId]);
  await client.query('DELETE FROM hourly WHERE system_id = $1', [systemId]);
  const { rowCount } = await client.query('DELETE FROM systems WHERE id = $1', [systemId]);
  return rowCount === 1;
}

async function prune(database: Database, limits: PruneLimits): Promise<PruneResult> {
  const values = [limits.receivedBefore, pruneReports];
  const [row] = await database.rows('fold old reports', sql.foldReports, values);
  const reportsFolded = numberIn(row ?? {}, 'reports');
  const more = reportsFolded === pruneReports;
  if (!more) {
    const before = Math.floor(limits.hourlyBefore / 3600);
    await database.rows('drop old hours', 'DELETE FROM hourly WHERE hour < $1', [before]);
  }
  return { reportsFolded, more };
}
