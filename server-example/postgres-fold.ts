/**
 * Reports of one system become its hours, in PostgreSQL. Each statement is of that system and a range
 * of the key: it costs what it folds however large the table is, and one node of a distributed database
 * does all of it.
 */
import type { PoolClient } from 'pg';
import { type Database, inTransaction } from './postgres-database.ts';
import { type Insertion, insertRows } from './postgres-values.ts';
import { numberIn, type Row, textIn } from './rows.ts';
import { copiesMax } from './store.ts';

/** Of epochs, without its end. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Folded {
  readonly reports: number;
  /** Before this epoch, nothing is left that can be folded. */
  readonly reached: number;
}

/** Reports folded at a time: some tens of milliseconds. A second, which stays whole, has no more. */
const foldReports = copiesMax;

/** $1 system, $2 from and $3 to, of the key, $4 arrived before, $5 reports at most. */
export const endOfStep = `
  SELECT coalesce((
    SELECT epoch FROM reports
    WHERE system_id = $1 AND epoch >= $2 AND epoch < $3 AND received_at < $4
    ORDER BY epoch, copy OFFSET $5 LIMIT 1), $3::bigint) AS reached`;

/**
 * $1 system, $2 from and $3 to, of the key, $4 arrived before. A second is taken as a whole: a copy
 * that stayed alone would not be known again when it is sent again. So those with a late copy stay, and
 * the newest.
 */
export const takeReports = `
  DELETE FROM reports
  WHERE system_id = $1 AND epoch >= $2 AND epoch < $3
    AND epoch NOT IN (
      SELECT epoch FROM reports
      WHERE system_id = $1 AND epoch >= $2 AND epoch < $3 AND received_at >= $4)
    AND epoch <> coalesce((SELECT epoch FROM systems WHERE id = $1), -1)
  RETURNING epoch, copy, cpu_percent, memory_percent, disks, network`;

interface Hour {
  readonly systemId: string;
  readonly hour: number;
  readonly reports: number;
  readonly cpuSum: number;
  readonly cpuMax: number;
  readonly memorySum: number;
  readonly memoryMax: number;
  readonly lastEpoch: number;
  /** As they stood in the hour's last report. */
  readonly disks: string;
  readonly network: string;
}

/** What was folded before may have been later, or earlier: reports arrive in any order. */
const addHours: Insertion<Hour> = {
  table: 'hourly',
  columns: [
    ['system_id', (hour) => hour.systemId],
    ['hour', (hour) => hour.hour],
    ['reports', (hour) => hour.reports],
    ['cpu_sum', (hour) => hour.cpuSum],
    ['cpu_max', (hour) => hour.cpuMax],
    ['memory_sum', (hour) => hour.memorySum],
    ['memory_max', (hour) => hour.memoryMax],
    ['last_epoch', (hour) => hour.lastEpoch],
    ['disks', (hour) => hour.disks],
    ['network', (hour) => hour.network],
  ],
  onConflict: `
    ON CONFLICT (system_id, hour) DO UPDATE SET
      reports = hourly.reports + excluded.reports,
      cpu_sum = hourly.cpu_sum + excluded.cpu_sum,
      cpu_max = greatest(hourly.cpu_max, excluded.cpu_max),
      memory_sum = hourly.memory_sum + excluded.memory_sum,
      memory_max = greatest(hourly.memory_max, excluded.memory_max),
      disks = CASE WHEN excluded.last_epoch > hourly.last_epoch
                   THEN excluded.disks ELSE hourly.disks END,
      network = CASE WHEN excluded.last_epoch > hourly.last_epoch
                     THEN excluded.network ELSE hourly.network END,
      last_epoch = greatest(hourly.last_epoch, excluded.last_epoch)`,
};

/** Folds the first reports of a range that arrived before `receivedBefore`. */
export async function foldFirst(
  database: Database,
  systemId: string,
  { from, to }: Range,
  receivedBefore: number,
): Promise<Folded> {
  const end = [systemId, from, to, receivedBefore, foldReports];
  const [row = {}] = await database.rows('look for old reports', endOfStep, end);
  const reached = numberIn(row, 'reached');
  // A report is either whole or part of its hour, whatever happens.
  const reports = await database.attempt('fold old reports', (client) =>
    inTransaction(client, () => fold(client, systemId, { from, to: reached }, receivedBefore)),
  );
  return { reports, reached };
}

/** Within a transaction. Of two receivers that do the same, the later waits, and finds nothing. */
async function fold(
  client: PoolClient,
  systemId: string,
  { from, to }: Range,
  receivedBefore: number,
): Promise<number> {
  const { rows } = await client.query(takeReports, [systemId, from, to, receivedBefore]);
  const byHour = Map.groupBy(rows, (row) => Math.floor(numberIn(row, 'epoch') / 3600));
  // In one order, so that the two do not block each other.
  const hours = [...byHour].sort(([one], [other]) => one - other);
  await insertRows(
    client,
    addHours,
    hours.map(([hour, reports]) => hourOf(systemId, hour, reports)),
  );
  return rows.length;
}

function hourOf(systemId: string, hour: number, reports: readonly Row[]): Hour {
  const cpu = reports.map((report) => numberIn(report, 'cpu_percent'));
  const memory = reports.map((report) => numberIn(report, 'memory_percent'));
  const last = reports.reduce((best, report) => (isLater(report, best) ? report : best));
  return {
    systemId,
    hour,
    reports: reports.length,
    cpuSum: sum(cpu),
    cpuMax: Math.max(...cpu),
    memorySum: sum(memory),
    memoryMax: Math.max(...memory),
    lastEpoch: numberIn(last, 'epoch'),
    disks: textIn(last, 'disks'),
    network: textIn(last, 'network'),
  };
}

function isLater(one: Row, other: Row): boolean {
  const epochs = numberIn(one, 'epoch') - numberIn(other, 'epoch');
  return epochs === 0 ? numberIn(one, 'copy') > numberIn(other, 'copy') : epochs > 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
