/** /proc/net/dev: what has gone through each network interface since it came up (proc_net(5)). */
import { MonitorError } from '../../base/errors.ts';
import { type Exact, parseExact } from '../../base/exact.ts';

export interface NetDevCounters {
  readonly receivedBytes?: Exact;
  readonly sentBytes?: Exact;
}

/** Receive has eight columns, of which `bytes` is the first; then transmit begins with its own. */
const receivedColumn = 0;
const sentColumn = 8;

/**
 * Counters by interface name. They are 64 bits wide in the kernel (rtnl_link_stats64). One that is no
 * number counts as not told; the others stay.
 *
 * A line without a colon is a heading. Throws MALFORMED for a line that has one and no name, or none
 * of the columns.
 */
export function parseNetDev(text: string): Map<string, NetDevCounters> {
  const counters = new Map<string, NetDevCounters>();
  for (const line of text.split('\n')) {
    // An old alias has a colon in its name (`eth0:1`); the last one ends the name.
    const colon = line.lastIndexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim();
    const columns = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/);
    const receivedBytes = parseExact(columns[receivedColumn]);
    const sentBytes = parseExact(columns[sentColumn]);
    if (name === '' || columns.length <= sentColumn) {
      throw new MonitorError({
        code: 'MALFORMED',
        operation: 'parse net/dev',
        reason: `no counters in the line "${line.slice(0, 100)}"`,
      });
    }
    counters.set(name, {
      ...(receivedBytes === undefined ? {} : { receivedBytes }),
      ...(sentBytes === undefined ? {} : { sentBytes }),
    });
  }
  return counters;
}
