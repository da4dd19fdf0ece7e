/** /proc/net/dev: what has gone through each network interface since it came up (proc_net(5)). */
import { MonitorError } from '../../base/errors.ts';

export interface NetDevCounters {
  readonly receivedBytes?: number;
  readonly sentBytes?: number;
}

/** Receive has eight columns, of which `bytes` is the first; then transmit begins with its own. */
const receivedColumn = 0;
const sentColumn = 8;

/**
 * Counters by interface name. They are 64 bits wide in the kernel (rtnl_link_stats64); beyond 2^53
 * (nine petabytes) a double loses the last digits, so such a one counts as not told; the other stays.
 *
 * A line without a colon is a heading. Throws MALFORMED for a line that has one and no counters.
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
    const receivedBytes = parseCounter(columns[receivedColumn]);
    const sentBytes = parseCounter(columns[sentColumn]);
    if (name === '' || receivedBytes === undefined || sentBytes === undefined) {
      throw new MonitorError({
        code: 'MALFORMED',
        operation: 'parse net/dev',
        reason: `no counters in the line "${line.slice(0, 100)}"`,
      });
    }
    counters.set(name, {
      ...(Number.isSafeInteger(receivedBytes) ? { receivedBytes } : {}),
      ...(Number.isSafeInteger(sentBytes) ? { sentBytes } : {}),
    });
  }
  return counters;
}

function parseCounter(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined;
}
