/**
 * Stores a batch of reports in PostgreSQL. Other receivers may store the same reports at the same
 * moment, so what is there already is decided by the table's key and by nothing that was read before.
 */
import type { PoolClient } from 'pg';
import { updateSystems } from './postgres-newest.ts';
import { copiesAt } from './postgres-statements.ts';
import { type Insertion, insertRows } from './postgres-values.ts';
import { numberIn, type Row, textIn } from './rows.ts';
import { copiesMax, type IncomingReport, type InsertOutcome } from './store.ts';

/** The different reports of one system and second that wait; the first is to become `copy`. */
interface Second {
  readonly key: string;
  readonly reports: readonly IncomingReport[];
  readonly copy: number;
}

const reportRow: Insertion<{ readonly report: IncomingReport; readonly copy: number }> = {
  table: 'reports',
  columns: [
    ['system_id', ({ report }) => report.systemId],
    ['epoch', ({ report }) => report.epoch],
    ['copy', ({ copy }) => copy],
    ['received_at', ({ report }) => report.receivedAt],
    ['cpu_percent', ({ report }) => report.cpuPercent],
    ['memory_percent', ({ report }) => report.memoryPercent],
    ['disks', ({ report }) => report.disks],
    ['network', ({ report }) => report.network],
    ['body', ({ report }) => report.body],
  ],
  onConflict: 'ON CONFLICT (system_id, epoch, copy) DO NOTHING RETURNING system_id, epoch',
};

/** In each round this batch takes a number or finds that another receiver took it. */
const roundsMax = 2 * copiesMax;

/**
 * Within a transaction of `client`. Nearly always one round stores everything. Whoever finds a number
 * taken compares with all that is there and tries the next one. Of two receivers that try one number
 * at once the later waits for the earlier to commit, so a report that both bring is stored once.
 */
export async function insertBatch(
  client: PoolClient,
  batch: readonly IncomingReport[],
): Promise<readonly InsertOutcome[]> {
  const different = differentReports(batch);
  const outcomes = new Map<IncomingReport, InsertOutcome>();
  // Receivers that store the same reports at once take their locks in one order, and do not block
  // each other for ever.
  let seconds: readonly Second[] = [...different]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, reports]) => ({ key, reports, copy: 0 }));
  for (let round = 0; seconds.length > 0; round += 1) {
    if (round === roundsMax) throw new Error('others store too many reports of one second');
    const next = await storeFirsts(client, seconds, outcomes);
    seconds = next
      .map((second) => ({
        ...second,
        reports: second.reports.filter((report) => second.copy < report.copiesMax),
      }))
      .filter(({ reports }) => reports.length > 0);
  }
  const stored = [...outcomes].flatMap(([report, outcome]) =>
    outcome === 'duplicate' ? [] : [report],
  );
  if (stored.length > 0) await updateSystems(client, stored);

  return batch.map((report) => {
    const kept = different.get(keyOf(report))?.find((one) => one.body === report.body) ?? report;
    const outcome = outcomes.get(kept);
    if (outcome === undefined) return 'excess';
    outcomes.set(kept, 'duplicate');
    return outcome;
  });
}

/** By system and second, each report once, in the order of the batch. */
function differentReports(
  batch: readonly IncomingReport[],
): ReadonlyMap<string, readonly IncomingReport[]> {
  const different = new Map<string, IncomingReport[]>();
  for (const report of batch) {
    const there = different.get(keyOf(report));
    if (there === undefined) different.set(keyOf(report), [report]);
    else if (!there.some((one) => one.body === report.body)) there.push(report);
  }
  return different;
}

/** One round: tells in `outcomes` what is settled, and returns what is not, with its next number. */
async function storeFirsts(
  client: PoolClient,
  seconds: readonly Second[],
  outcomes: Map<IncomingReport, InsertOutcome>,
): Promise<readonly Second[]> {
  const free = await insertFirsts(client, seconds);
  const stored = seconds.filter(({ key }) => free.has(key));
  for (const { reports, copy } of stored) {
    for (const first of reports.slice(0, 1))
      outcomes.set(first, copy === 0 ? 'stored' : 'conflict');
  }
  const rest = stored.map((second) => ({
    ...second,
    reports: second.reports.slice(1),
    copy: second.copy + 1,
  }));
  const taken = seconds.filter(({ key }) => !free.has(key));
  return [...rest, ...(await compareWithStored(client, taken, outcomes))];
}

/** The keys of those seconds whose first report is stored now. */
async function insertFirsts(
  client: PoolClient,
  seconds: readonly Second[],
): Promise<ReadonlySet<string>> {
  const firsts = seconds.flatMap(({ reports, copy }) =>
    reports.slice(0, 1).map((report) => ({ report, copy })),
  );
  return new Set((await insertRows(client, reportRow, firsts)).map(keyOfRow));
}

/** Settles those reports that are there already; the others get the number after the last. */
async function compareWithStored(
  client: PoolClient,
  seconds: readonly Second[],
  outcomes: Map<IncomingReport, InsertOutcome>,
): Promise<readonly Second[]> {
  if (seconds.length === 0) return [];
  const reports = seconds.flatMap((second) => second.reports);
  const { rows } = await client.query(copiesAt, [
    reports.map((_, at) => at),
    reports.map((report) => report.systemId),
    reports.map((report) => report.epoch),
    reports.map((report) => report.body),
  ]);
  const last = new Map<string, number>();
  for (const row of rows) {
    const report = reports[numberIn(row, 'at')];
    if (report === undefined) continue;
    last.set(keyOf(report), numberIn(row, 'last'));
    if (row.same === true) outcomes.set(report, 'duplicate');
  }
  return seconds.map(({ key, reports: waiting }) => ({
    key,
    reports: waiting.filter((report) => !outcomes.has(report)),
    copy: (last.get(key) ?? -1) + 1,
  }));
}

/** No id holds a control character. */
function keyOf(report: { readonly systemId: string; readonly epoch: number }): string {
  return `${report.systemId}\n${report.epoch}`;
}

function keyOfRow(row: Row): string {
  return keyOf({ systemId: textIn(row, 'system_id'), epoch: numberIn(row, 'epoch') });
}
