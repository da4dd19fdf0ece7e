/**
 * The default store: one SQLite file through node:sqlite, readable with any SQLite tool.
 *
 *   systems   one row for each id, with its newest figures: what the list reads
 *   reports   the figures of each report: what the charts read
 *   bodies    each report's JSON as it was sent: what the newest report is shown from
 *
 * Bodies stand apart because they are a hundred times as large as the figures, and a chart that
 * walked over them would read a hundred times as much.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  type HistoryPoint,
  type IncomingReport,
  type InsertOutcome,
  momentOf,
  type Store,
  StoreUnavailable,
  type SystemRow,
} from './store.ts';

const schemaVersion = 1;

const schema = `
  CREATE TABLE systems (
    id TEXT PRIMARY KEY,
    registered_at INTEGER NOT NULL,
    received_at INTEGER,
    moment INTEGER,
    epoch INTEGER,
    interval INTEGER,
    url TEXT,
    cpu_count INTEGER,
    cpu_frequency REAL,
    cpu_percent REAL,
    memory_total INTEGER,
    memory_used INTEGER,
    memory_percent REAL,
    process_count INTEGER,
    disks TEXT,
    network TEXT,
    before_epoch INTEGER,
    before_network TEXT,
    newest_report INTEGER
  ) STRICT;

  CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    system_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    cpu_percent REAL NOT NULL,
    memory_percent REAL NOT NULL,
    disks TEXT NOT NULL,
    network TEXT NOT NULL,
    UNIQUE (system_id, epoch)
  ) STRICT;

  CREATE TABLE bodies (
    report_id INTEGER PRIMARY KEY,
    body TEXT NOT NULL
  ) STRICT;
`;

export interface SqliteStoreOptions {
  /** Path of the database file; its folder is made, for the owner alone, if it is missing. */
  readonly path: string;
}

type Row = Record<string, unknown>;

/** Opens or creates the database. Throws where the file is no database of ours, or a newer one. */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(options.path, { timeout: 5000 });
  try {
    prepareDatabase(database, options.path);
  } catch (error) {
    database.close();
    throw error;
  }
  const statements = prepareStatements(database);

  const insertOne = (report: IncomingReport): InsertOutcome => {
    const stored = statements.insertReport.get(
      report.systemId,
      report.epoch,
      report.receivedAt,
      report.cpuPercent,
      report.memoryPercent,
      report.disks,
      report.network,
    );
    if (stored === undefined) return 'duplicate';
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
    return 'stored';
  };

  return {
    insert: (batch) =>
      attempt('store reports', () => inTransaction(database, () => batch.map(insertOne))),

    isRegistered: (systemId) =>
      attempt('look up a system', () => statements.isRegistered.get(systemId) !== undefined),

    register: (systemId, at) =>
      attempt('register a system', () => statements.register.run(systemId, at).changes === 1),

    forget: (systemId) =>
      attempt('forget a system', () =>
        inTransaction(database, () => {
          statements.forgetBodies.run(systemId);
          statements.forgetReports.run(systemId);
          return statements.forgetSystem.run(systemId).changes === 1;
        }),
      ),

    systems: (ids) =>
      attempt('list the systems', () => {
        if (ids === undefined) return statements.allSystems.all().map(toSystemRow);
        return ids.flatMap((id) => {
          const row = statements.oneSystem.get(id);
          return row === undefined ? [] : [toSystemRow(row)];
        });
      }),

    newestReport: (systemId) =>
      attempt('read a report', () => {
        const row = statements.newestBody.get(systemId);
        return row === undefined ? undefined : textIn(row, 'body');
      }),

    history: (query) =>
      attempt('read a history', () =>
        statements.history
          .all({
            system: query.systemId,
            from: query.from,
            to: query.to,
            bucket: query.bucketSeconds,
          })
          .map(toHistoryPoint),
      ),

    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}

/**
 * WAL lets the page read while reports are written; FULL makes every commit wait for the disk, which
 * is what a 200 promises (https://sqlite.org/pragma.html#pragma_synchronous).
 */
function prepareDatabase(database: DatabaseSync, path: string): void {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
  const version = numberIn(database.prepare('PRAGMA user_version').get() ?? {}, 'user_version');
  if (version === schemaVersion) return;
  if (version !== 0) {
    throw new Error(
      `open ${path}: made by another version of this receiver (schema ${version}, this one knows ${schemaVersion})`,
    );
  }
  inTransaction(database, () => {
    database.exec(schema);
    database.exec(`PRAGMA user_version = ${schemaVersion}`);
  });
}

function prepareStatements(database: DatabaseSync) {
  return {
    insertReport: database.prepare(`
      INSERT INTO reports
        (system_id, epoch, received_at, cpu_percent, memory_percent, disks, network)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (system_id, epoch) DO NOTHING
      RETURNING id`),
    insertBody: database.prepare('INSERT INTO bodies (report_id, body) VALUES (?, ?)'),
    // A report of the backlog is older than what is shown and must not replace it.
    upsertSystem: database.prepare(`
      INSERT INTO systems
        (id, registered_at, received_at, moment, epoch, interval, url, cpu_count, cpu_frequency,
         cpu_percent, memory_total, memory_used, memory_percent, process_count, disks, network,
         newest_report)
      VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
      ON CONFLICT (id) DO UPDATE SET
        before_epoch = systems.epoch, before_network = systems.network,
        moment = excluded.moment, epoch = excluded.epoch, interval = excluded.interval,
        url = excluded.url, cpu_count = excluded.cpu_count, cpu_frequency = excluded.cpu_frequency,
        cpu_percent = excluded.cpu_percent, memory_total = excluded.memory_total,
        memory_used = excluded.memory_used, memory_percent = excluded.memory_percent,
        process_count = excluded.process_count, disks = excluded.disks,
        network = excluded.network, newest_report = excluded.newest_report
      WHERE systems.moment IS NULL OR excluded.moment >= systems.moment`),
    touchSystem: database.prepare(
      'UPDATE systems SET received_at = max(coalesce(received_at, 0), ?) WHERE id = ?',
    ),
    isRegistered: database.prepare('SELECT 1 FROM systems WHERE id = ?'),
    register: database.prepare(
      'INSERT INTO systems (id, registered_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
    ),
    forgetBodies: database.prepare(
      'DELETE FROM bodies WHERE report_id IN (SELECT id FROM reports WHERE system_id = ?)',
    ),
    forgetReports: database.prepare('DELETE FROM reports WHERE system_id = ?'),
    forgetSystem: database.prepare('DELETE FROM systems WHERE id = ?'),
    allSystems: database.prepare('SELECT * FROM systems ORDER BY id'),
    oneSystem: database.prepare('SELECT * FROM systems WHERE id = ?'),
    newestBody: database.prepare(`
      SELECT body FROM systems JOIN bodies ON report_id = newest_report WHERE systems.id = ?`),
    // A JavaScript number is bound as REAL, and dividing by one would give each report a bucket.
    // Counters and disks are levels, not amounts: a bucket shows them as its last report has them.
    history: database.prepare(`
      SELECT last.epoch, points.reports, points.cpu_average, points.cpu_max,
             points.memory_average, points.memory_max, last.disks, last.network
      FROM (
        SELECT max(epoch) AS epoch, count(*) AS reports,
               avg(cpu_percent) AS cpu_average, max(cpu_percent) AS cpu_max,
               avg(memory_percent) AS memory_average, max(memory_percent) AS memory_max
        FROM reports
        WHERE system_id = :system AND epoch BETWEEN :from AND :to
        GROUP BY epoch / CAST(:bucket AS INTEGER)
      ) AS points
      JOIN reports AS last ON last.system_id = :system AND last.epoch = points.epoch
      ORDER BY last.epoch`),
  };
}

/** SQLite is synchronous here; the promise is the contract's, for stores that are not. */
async function attempt<T>(operation: string, work: () => T): Promise<T> {
  try {
    return work();
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

function toSystemRow(row: Row): SystemRow {
  const id = textIn(row, 'id');
  const registeredAt = numberIn(row, 'registered_at');
  if (row.epoch === null) return { id, registeredAt, newest: null };
  return {
    id,
    registeredAt,
    newest: {
      epoch: numberIn(row, 'epoch'),
      receivedAt: numberIn(row, 'received_at'),
      intervalSeconds: numberIn(row, 'interval'),
      url: textIn(row, 'url'),
      cpuCount: numberIn(row, 'cpu_count'),
      cpuFrequency: row.cpu_frequency === null ? null : numberIn(row, 'cpu_frequency'),
      cpuPercent: numberIn(row, 'cpu_percent'),
      memoryTotalBytes: numberIn(row, 'memory_total'),
      memoryUsedBytes: numberIn(row, 'memory_used'),
      memoryPercent: numberIn(row, 'memory_percent'),
      processCount: numberIn(row, 'process_count'),
      disks: textIn(row, 'disks'),
      network: textIn(row, 'network'),
      before:
        row.before_epoch === null
          ? null
          : { epoch: numberIn(row, 'before_epoch'), network: textIn(row, 'before_network') },
    },
  };
}

function toHistoryPoint(row: Row): HistoryPoint {
  return {
    epoch: numberIn(row, 'epoch'),
    reports: numberIn(row, 'reports'),
    cpuPercentAverage: numberIn(row, 'cpu_average'),
    cpuPercentMax: numberIn(row, 'cpu_max'),
    memoryPercentAverage: numberIn(row, 'memory_average'),
    memoryPercentMax: numberIn(row, 'memory_max'),
    disks: textIn(row, 'disks'),
    network: textIn(row, 'network'),
  };
}

function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} holds no number`);
  return value;
}

function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`);
  return value;
}
