/**
 * `netstat -i -b -n` of macOS and the BSDs. Columns differ from one to the other, and the address is
 * missing where an interface has none, so that columns are counted from the right.
 */

import { type Exact, parseExact } from '../../base/exact.ts';

export interface NetstatCounters {
  readonly receivedBytes: Exact;
  readonly sentBytes: Exact;
}

export const netstatArgs: readonly string[] = ['-i', '-b', '-n'];

/** Counters by interface, of the row that stands for the link itself. */
export function parseNetstat(text: string): Map<string, NetstatCounters> {
  const counters = new Map<string, NetstatCounters>();
  const [heading = '', ...rows] = text.split('\n');
  const headings = heading.trim().split(/\s+/);
  const receivedFromRight = headings.length - headings.indexOf('Ibytes');
  const sentFromRight = headings.length - headings.indexOf('Obytes');
  if (!headings.includes('Ibytes') || !headings.includes('Obytes')) return counters;
  for (const row of rows) {
    const columns = row.trim().split(/\s+/);
    if (columns[2]?.startsWith('<Link') !== true) continue;
    // A star marks an interface that is down.
    const name = (columns[0] ?? '').replace(/\*$/, '');
    const received = parseExact(columns.at(-receivedFromRight));
    const sent = parseExact(columns.at(-sentFromRight));
    if (name === '' || received === undefined || sent === undefined) continue;
    counters.set(name, { receivedBytes: received, sentBytes: sent });
  }
  return counters;
}
