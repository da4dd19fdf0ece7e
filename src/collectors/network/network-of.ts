import type { Filter } from '../filter.ts';
import type { InterfaceAddress } from './addresses.ts';
import type { Network } from './index.ts';

/** Since boot, as the system counts: where it wraps or starts again, so does the report. */
export interface InterfaceCounters {
  /** Each is absent where the system does not tell it. */
  readonly receivedBytes?: number;
  readonly sentBytes?: number;
}

/** An interface that the system does not count for (an alias, a tunnel) has no bytes at all. */
export function networkOf(
  addresses: readonly InterfaceAddress[],
  counters: ReadonlyMap<string, InterfaceCounters>,
  keep: Filter,
): Network {
  // Without a prototype: an interface may bear any name, `__proto__` too.
  const network: Network = Object.create(null);
  for (const { name, ip, netmask } of addresses) {
    if (!keep(name)) continue;
    const { sentBytes, receivedBytes } = counters.get(name) ?? {};
    network[name] = {
      ip,
      netmask,
      ...(sentBytes === undefined ? {} : { bytes_sent: sentBytes }),
      ...(receivedBytes === undefined ? {} : { bytes_recv: receivedBytes }),
    };
  }
  return network;
}
