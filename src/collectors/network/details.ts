/** Interfaces for people, and for captured systems. */
import type { Exact } from '../../base/exact.ts';
import { left, right } from '../../base/table.ts';
import { formatBytes } from '../../base/units.ts';
import type { PartDetails } from '../part.ts';
import type { Network } from './index.ts';

export const networkDetails: PartDetails<Network> = {
  show: (value) => {
    const traffic = (bytes: Exact | undefined): string =>
      bytes === undefined ? 'unknown' : formatBytes(bytes);
    const rows = Object.entries(value).map(([name, { ip, netmask, bytes_recv, bytes_sent }]) => [
      ...[name, ip, netmask, traffic(bytes_recv), traffic(bytes_sent)],
    ]);
    return {
      columns: [
        ...[left('INTERFACE'), left('ADDRESS'), left('NETMASK'), right('RECEIVED'), right('SENT')],
      ],
      rows,
      ...(rows.length === 0 ? { footer: 'No interface has an IPv4 address.' } : {}),
    };
  },
  capture: {
    files: [
      { path: 'proc/net/dev' },
      { path: 'proc/net/fib_trie', hide: 'addresses' },
      { path: 'proc/net/route', hide: 'hex addresses' },
    ],
    calls: ['interfaces', 'ip-address'],
  },
};
