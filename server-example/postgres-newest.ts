/** What the list shows of each system, kept up to date as its reports are stored. */
import type { PoolClient } from 'pg';
import { type Column, type Insertion, insertRows } from './postgres-values.ts';
import { textIn } from './rows.ts';
import { type IncomingReport, momentOf } from './store.ts';

/** A report, and when its system was last heard of in this batch. */
interface Heard {
  readonly report: IncomingReport;
  readonly heardAt: number;
}

const seen: readonly Column<Heard>[] = [
  ['id', ({ report }) => report.systemId],
  ['registered_at', ({ report }) => report.receivedAt],
  ['received_at', ({ heardAt }) => heardAt],
];

const figures: readonly Column<Heard>[] = [
  ['moment', ({ report }) => momentOf(report)],
  ['epoch', ({ report }) => report.epoch],
  ['interval', ({ report }) => report.intervalSeconds],
  ['url', ({ report }) => report.url],
  ['cpu_count', ({ report }) => report.cpuCount],
  ['cpu_frequency', ({ report }) => report.cpuFrequency],
  ['cpu_percent', ({ report }) => report.cpuPercent],
  ['memory_total', ({ report }) => report.memoryTotalBytes],
  ['memory_used', ({ report }) => report.memoryUsedBytes],
  ['memory_percent', ({ report }) => report.memoryPercent],
  ['process_count', ({ report }) => report.processCount],
  ['disks', ({ report }) => report.disks],
  ['network', ({ report }) => report.network],
];

const laterArrival =
  'received_at = greatest(coalesce(systems.received_at, 0), excluded.received_at)';

/** A report of the backlog is older than what is shown and must not replace it. */
const newestReport: Insertion<Heard> = {
  table: 'systems',
  columns: [...seen, ...figures],
  onConflict: `
    ON CONFLICT (id) DO UPDATE SET ${laterArrival},
      before_epoch = systems.epoch, before_network = systems.network,
      ${figures.map(([name]) => `${name} = excluded.${name}`).join(', ')}
    WHERE systems.moment IS NULL OR excluded.moment >= systems.moment
    RETURNING id`,
};

const olderReport: Insertion<Heard> = {
  table: 'systems',
  columns: seen,
  onConflict: `ON CONFLICT (id) DO UPDATE SET ${laterArrival}`,
};

/**
 * One statement may touch a row once, so a system's newest report goes after the one before it, whose
 * counters the newest takes over; what is older than both changes no figure.
 */
export async function updateSystems(
  client: PoolClient,
  stored: readonly IncomingReport[],
): Promise<void> {
  // In one order, so that receivers which store reports of the same systems do not block each other.
  const systems = [...Map.groupBy(stored, (report) => report.systemId)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, reports]) => ({
      heardAt: Math.max(...reports.map((report) => report.receivedAt)),
      byMoment: reports.sort((one, other) => momentOf(one) - momentOf(other)),
    }));
  const last = (back: number): readonly Heard[] =>
    systems.flatMap(({ byMoment, heardAt }) => {
      const report = byMoment.at(-back);
      return report === undefined ? [] : [{ report, heardAt }];
    });
  await insertRows(client, newestReport, last(2));
  const newest = last(1);
  const rows = await insertRows(client, newestReport, newest);
  const shown = new Set(rows.map((row) => textIn(row, 'id')));
  await insertRows(
    client,
    olderReport,
    newest.filter(({ report }) => !shown.has(report.systemId)),
  );
}
