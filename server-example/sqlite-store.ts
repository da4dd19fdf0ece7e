/**
 * The default store: one SQLite file through node:sqlite, readable with any SQLite tool. Its tables
 * are in sqlite-schema.ts, its statements in sqlite-statements.ts.
 */
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { makeDataFolder } from './data-folder.ts';
import { numberIn, type Row, textIn, toSystemRow } from './rows.ts';
import { readHistory } from './sqlite-history.ts';
import { schema, schemaVersion, upgrades } from './sqlite-schema.ts';
import { prepareStatements, type Statements } from './sqlite-statements.ts';
import {
  type IncomingReport,
  type InsertOutcome,
  momentOf,
  type PruneLimits,
  type PruneResult,
  type Store,
  StoreUnavailable,
} from './store.ts';

export interface SqliteStoreOptions {
  /** Path of the database file; its folder is made, for the owner alone, if it is missing. */
  readonly path: string;
}

/**
 * How long a statement waits for another program that is writing. Everything else waits with it, so
 * it is short: the agents keep what was answered with 503.
 */
const lockedMs = 200;
/** Reports folded or forgotten in one transaction: a few milliseconds, so that new ones hardly wait. */
const stepReports = 500;
/** Hours dropped in one, which are smaller. */
const stepHours = 2000;

/** Opens or creates the database. Throws where the file is no database of ours, or a newer one. */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  makeDataFolder(dirname(options.path));
  const database = new DatabaseSync(options.path, { timeout: lockedMs });
  try {
    prepareDatabase(database, options.path);
  } catch (error) {
    database.close();
    throw error;
  }
  const statements = prepareStatements(database);
  const transaction = <T>(work: () => T): T => inTransaction(database, work);

  return {
    concurrentInserts: 1,

    insert: (batch) =>
      attempt('store reports', () =>
        transaction(() => batch.map((report) => insertOne(statements, report))),
      ),

    isRegistered: (systemId) =>
      attempt('look up a system', () => statements.isRegistered.get(systemId) !== undefined),

    register: (systemId, at) =>
      attempt('register a system', () => statements.register.run(systemId, at).changes === 1),

    rename: (systemId, name) =>
      attempt('name a system', () => statements.rename.run(name, systemId).changes === 1),

    forget: async (systemId) => {
      const step = (): boolean => transaction(() => forgetReports(statements, systemId));
      while (await attempt('forget reports', step)) await yieldToOthers();
      return attempt('forget a system', () =>
        transaction(() => forgetSystem(statements, systemId)),
      );
    },

    systemIds: () =>
      attempt('list the systems', () => statements.systemIds.all().map((row) => textIn(row, 'id'))),

    systems: (ids) =>
      attempt('list the systems', () => {
        if (ids === undefined) return statements.allSystems.all().map(toSystemRow);
        return ids.flatMap((id) => {
          const row = statements.oneSystem.get(id);
          return row === undefined ? [] : [toSystemRow(row)];
        });
      }),

    newestReport: (systemId) =>
      attempt('read a report', () => bodyOf(statements.newestBody.get(systemId))),

    reportAt: (systemId, epoch) =>
      attempt('read a report', () => bodyOf(statements.bodyAt.get(systemId, epoch))),

    history: (query) => attempt('read a history', () => readHistory(statements, query)),

    // The same number again is a page that is written all the same.
    check: () => attempt('write', () => database.exec(`PRAGMA user_version = ${schemaVersion}`)),

    prune: (limits) =>
      attempt('fold old reports', () => transaction(() => prune(statements, limits))),

    close: async () => {
      if (database.isOpen) database.close();
    },
  };
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

function insertOne(statements: Statements, report: IncomingReport): InsertOutcome {
  if (insertCopy(statements, report, 0)) return 'stored';
  const there = statements.copiesAt.get(report.body, report.systemId, report.epoch) ?? {};
  if (numberIn(there, 'same') === 1) return 'duplicate';
  const copy = numberIn(there, 'last') + 1;
  if (copy >= report.copiesMax) return 'excess';
  // There is one writer, so the number is still free.
  if (!insertCopy(statements, report, copy)) throw new Error(`copy ${copy} already exists`);
  return 'conflict';
}

/** False, and nothing is changed, where a report of this system, second and number is there. */
function insertCopy(statements: Statements, report: IncomingReport, copy: number): boolean {
  const stored = statements.insertReport.get(
    report.systemId,
    report.epoch,
    copy,
    report.receivedAt,
    report.cpuPercent,
    report.memoryPercent,
    report.disks,
    report.network,
  );
  if (stored === undefined) return false;
  const reportId = numberIn(stored, 'id');
  statements.insertBody.run(reportId, report.body);
  statements.upsertSystem.run(
    report.systemId,
    report.receivedAt,
    momentOf(report),
    report.epoch,
    report.intervalSeconds,
    report.url,
    report.cpuCount,
    report.cpuFrequency,
    report.cpuPercent,
    report.memoryTotalBytes,
    report.memoryUsedBytes,
    report.memoryPercent,
    report.processCount,
    report.disks,
    report.network,
    reportId,
  );
  statements.touchSystem.run(report.receivedAt, report.systemId);
  return true;
}

/** Some of its reports; false once none is left. */
function forgetReports(statements: Statements, systemId: string): boolean {
  return deleteReports(statements, statements.reportsOf.all(systemId, stepReports)) > 0;
}

/** With reports that arrived since the last step. */
function forgetSystem(statements: Statements, systemId: string): boolean {
  while (forgetReports(statements, systemId));
  statements.forgetHourly.run(systemId);
  return statements.forgetSystem.run(systemId).changes === 1;
}

function prune(statements: Statements, limits: PruneLimits): PruneResult {
  const old = statements.oldReports.all(limits.receivedBefore, stepReports);
  if (old.length > 0) statements.foldReports.run(idsOf(old));
  const reportsFolded = deleteReports(statements, old);
  if (reportsFolded === stepReports) return { reportsFolded, more: true };
  const hour = Math.floor(limits.hourlyBefore / 3600);
  const { changes } = statements.deleteHours.run(hour, stepHours);
  return { reportsFolded, more: changes === stepHours };
}

function deleteReports(statements: Statements, rows: readonly Row[]): number {
  if (rows.length > 0) {
    const ids = idsOf(rows);
    statements.deleteBodies.run(ids);
    statements.deleteReports.run(ids);
  }
  return rows.length;
}

function bodyOf(row: Row | undefined): string | undefined {
  return row === undefined ? undefined : textIn(row, 'body');
}

function idsOf(rows: readonly Row[]): string {
  return JSON.stringify(rows.map((row) => numberIn(row, 'id')));
}

/** SQLite is synchronous here; the promise is the contract's, for stores that are not. */
async function attempt<T>(operation: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StoreUnavailable(operation, error);
  }
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
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
