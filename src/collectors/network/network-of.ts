import type { Exact } from '../../base/exact.ts';
import type { Filter } from '../filter.ts';
import { createNameBound, type NameBoundContext } from '../name-bound.ts';
import type { InterfaceAddress } from './addresses.ts';
import type { Network } from './index.ts';

/** Since boot, as the system counts: where it wraps or starts again, so does the report. */
export interface InterfaceCounters {
  /** Each is absent where the system does not tell it. */
  readonly receivedBytes?: Exact;
  readonly sentBytes?: Exact;
}

/** An interface that the system does not count for (an alias, a tunnel) has no bytes at all. */
export function networkOf(
  addresses: readonly InterfaceAddress[],
  counters: ReadonlyMap<string, InterfaceCounters>,
  keep: Filter,
  context: NameBoundContext,
): Network {
  const kept = addresses.filter(({ name }) => keep(name));
  const names = createNameBound(context, 'interfaces');
  const keys = names.boundKeys(kept.map(({ name }) => name));
  names.tell();
  const absent = new Map<string, string>();
  // Without a prototype: an interface may bear any name, `__proto__` too.
  const network: Network = Object.create(null);
  for (const [index, { name, ip, netmask }] of kept.entries()) {
    const counted = counters.get(name);
    const { sentBytes, receivedBytes } = counted ?? {};
    if (counted !== undefined) {
      if (sentBytes === undefined) absent.set(`network.${name}.bytes_sent`, noCounter);
      if (receivedBytes === undefined) absent.set(`network.${name}.bytes_recv`, noCounter);
    }
    network[keys[index] ?? name] = {
      ip,
      netmask,
      ...(sentBytes === undefined ? {} : { bytes_sent: sentBytes }),
      ...(receivedBytes === undefined ? {} : { bytes_recv: receivedBytes }),
    };
  }
  context.remarks.only('figures.absent', absent, 'network.');
  return network;
}

const noCounter = 'what the system tells is no count';
