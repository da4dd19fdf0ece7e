/**
 * The store for a fleet that one machine cannot receive: any database that speaks PostgreSQL's
 * protocol. Receivers keep nothing themselves, so as many as needed may share one database.
 */
import {
  type Database,
  inTransaction,
  openDatabase,
  type PostgresOptions,
} from './postgres-database.ts';
import { insertBatch } from './postgres-insert.ts';
import { createPostgresRetention } from './postgres-retention.ts';
import { makeTables } from './postgres-schema.ts';
import * as sql from './postgres-statements.ts';
import { textIn, toHistoryPoint, toSystemRow } from './rows.ts';
import type { Store } from './store.ts';

/** A large database of an earlier version is made anew, or spread over the nodes, in this time. */
const upgradeTimeoutMs = 24 * 3_600_000;

/** Connects and makes the tables where they are missing. Rejects where the database is away. */
export async function createPostgresStore(options: PostgresOptions): Promise<Store> {
  const patient = openDatabase({ ...options, statementTimeoutMs: upgradeTimeoutMs });
  try {
    await patient.attempt('make the tables', makeTables);
  } finally {
    await patient.close();
  }
  return storeIn(openDatabase(options));
}

function storeIn(database: Database): Store {
  const { attempt, rows, count } = database;
  const { prune, forget } = createPostgresRetention(database);
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

    forget,

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

    reportAt: async (systemId, epoch) => {
      const [row] = await rows('read a report', sql.bodyAt, [systemId, epoch]);
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

    prune,

    close: () => database.close(),
  };
}
