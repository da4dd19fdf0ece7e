/** One connection to the SQLite file. Its tables are in sqlite-schema.ts. */
import { DatabaseSync } from 'node:sqlite';
import { numberIn } from './rows.ts';
import { schema, schemaVersion, upgrades } from './sqlite-schema.ts';

/**
 * How long a statement waits for another program that is writing. Everything else waits with it, so
 * it is short: the agents keep what was answered with 503.
 */
const lockedMs = 200;

/** Opens or creates the database. Throws where the file is no database of ours, or a newer one. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: lockedMs });
  try {
    prepareDatabase(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/**
 * A report is larger than the usual page of 4 KiB, and a log of 32 MB (4000 pages of 8 KiB) is
 * copied into the database a quarter as often as the usual one: together a third less time a report.
 *
 * WAL lets the page read while reports are written; FULL makes every commit wait for the disk, which
 * is what a 200 promises (https://sqlite.org/pragma.html#pragma_synchronous).
 */
function prepareDatabase(database: DatabaseSync, path: string): void {
  database.exec(`
    PRAGMA page_size = 8192;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 4000;
  `);
  inTransaction(database, () => {
    const version = numberIn(database.prepare('PRAGMA user_version').get() ?? {}, 'user_version');
    if (version === schemaVersion) return;
    if (version === 0) database.exec(schema);
    else upgrade(database, path, version);
    database.exec(`PRAGMA user_version = ${schemaVersion}`);
  });
}

function upgrade(database: DatabaseSync, path: string, version: number): void {
  for (let from = version; from !== schemaVersion; from += 1) {
    const step = upgrades[from];
    if (step === undefined) {
      throw new Error(
        `open ${path}: made by another version of this receiver (schema ${version}, this one knows ${schemaVersion})`,
      );
    }
    database.exec(step);
  }
}

/** All of it or nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // On a full disk SQLite has rolled back by itself already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
