/** What changes the SQLite store, each call in a transaction of its own. Its thread runs this. */
import type { DatabaseSync } from 'node:sqlite';
import { numberIn, type Row } from './rows.ts';
import { inTransaction } from './sqlite-database.ts';
import { schemaVersion } from './sqlite-schema.ts';
import { prepareStatements, type Statements } from './sqlite-statements.ts';
import {
  type IncomingReport,
  type InsertOutcome,
  momentOf,
  type PruneLimits,
  type PruneResult,
} from './store.ts';

/** What each call is asked and answers; store.ts says what they mean. */
export interface WriteTypes {
  insert: { asked: readonly IncomingReport[]; answered: readonly InsertOutcome[] };
  register: { asked: { systemId: string; at: number }; answered: boolean };
  rename: { asked: { systemId: string; name: string | null }; answered: boolean };
  /** Some of its reports; false once none is left. */
  forgetReports: { asked: string; answered: boolean };
  /** With reports that arrived since the last step. */
  forgetSystem: { asked: string; answered: boolean };
  prune: { asked: PruneLimits; answered: PruneResult };
  check: { asked: null; answered: null };
}

export type Writes = {
  readonly [K in keyof WriteTypes]: (asked: WriteTypes[K]['asked']) => WriteTypes[K]['answered'];
};

/** Reports folded or forgotten in one transaction: a few milliseconds, so that new ones hardly wait. */
const stepReports = 500;
/** Hours dropped in one, which are smaller. */
const stepHours = 2000;

export function createWrites(database: DatabaseSync): Writes {
  const statements = prepareStatements(database);
  const transaction = <T>(work: () => T): T => inTransaction(database, work);
  return {
    insert: (batch) => transaction(() => batch.map((report) => insertOne(statements, report))),
    register: ({ systemId, at }) => statements.register.run(systemId, at).changes === 1,
    rename: ({ systemId, name }) => statements.rename.run(name, systemId).changes === 1,
    forgetReports: (systemId) => transaction(() => forgetReports(statements, systemId)),
    forgetSystem: (systemId) => transaction(() => forgetSystem(statements, systemId)),
    prune: (limits) => transaction(() => prune(statements, limits)),
    check: () => {
      // The same number again is a page that is written all the same.
      database.exec(`PRAGMA user_version = ${schemaVersion}`);
      return null;
    },
  };
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

function forgetReports(statements: Statements, systemId: string): boolean {
  return deleteReports(statements, statements.reportsOf.all(systemId, stepReports)) > 0;
}

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

function idsOf(rows: readonly Row[]): string {
  return JSON.stringify(rows.map((row) => numberIn(row, 'id')));
}
