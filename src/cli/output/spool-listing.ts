/** The spool as tables, for people. */
import { type Column, left, right } from '../../base/table.ts';
import { formatEpochSeconds } from '../../base/time.ts';
import { formatBytes, formatDuration, plural } from '../../base/units.ts';
import type { SpoolListing } from '../../spool/operations.ts';
import { formatTable } from './table.ts';

/** More rows than this help nobody; a pipe gets all of them. */
const shownRows = 20;

/** `nowSeconds` since 1970. */
export function formatListing(listing: SpoolListing, nowSeconds: number, columns: number): string {
  const { pending, rejected, damaged } = listing;
  const age = (epoch: number) => formatDuration(nowSeconds - epoch);
  return [
    section(
      `${plural(pending.length, 'report is', 'reports are')} waiting`,
      [left('KEY'), left('COLLECTED'), right('AGE'), right('SIZE')],
      pending.map((one) => [
        one.key,
        formatEpochSeconds(one.epoch),
        age(one.epoch),
        formatBytes(one.sizeBytes),
      ]),
      columns,
    ),
    section(
      `${plural(rejected.length, 'report')} rejected by the server`,
      [left('KEY'), right('AGE'), left('REASON')],
      rejected.map((one) => [one.key, age(one.epoch), one.reason ?? 'no reason was kept']),
      columns,
    ),
    section(
      `${plural(damaged.length, 'damaged file')} put aside`,
      [left('FILE'), right('SIZE')],
      damaged.map((one) => [one.name, formatBytes(one.sizeBytes)]),
      columns,
    ),
  ].join('\n');
}

function section(
  title: string,
  header: readonly Column[],
  rows: readonly (readonly string[])[],
  columns: number,
): string {
  if (rows.length === 0) return `${title}\n`;
  const more = rows.length - shownRows;
  const rest = more > 0 ? `… and ${more} more (--json lists them all)\n` : '';
  return `${title}\n${formatTable(header, rows.slice(0, shownRows), columns)}${rest}`;
}
