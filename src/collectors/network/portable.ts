/**
 * Interfaces by Node's `os`, which tells addresses and masks on every system, and their bytes by
 * systeminformation.
 */
import { networkInterfaces } from 'node:os';
import type { Systeminformation } from 'systeminformation';
import { createLibraryCall } from '../../host/portable/library-call.ts';
import type { Network } from '../../wire/stats.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import { primaryAddresses } from './addresses.ts';
import { type InterfaceCounters, networkOf } from './network-of.ts';

export function createPortableNetworkCollector(context: CollectorContext): Collector<Network> {
  const { settings } = context;
  const readStats = createLibraryCall({
    name: 'networkStats',
    call: (library) => library.networkStats('*'),
    clock: context.clock,
    deadlineMs: settings.deadlineMs,
  });
  return {
    async collect() {
      const keep = await createFilter(settings.networkInclude, settings.networkExclude);
      return networkOf(primaryAddresses(networkInterfaces()), countersOf(await readStats()), keep);
    },
  };
}

/** Counters that are no whole numbers are none: the library says NaN where it could not read. */
export function countersOf(
  stats: readonly Pick<
    Systeminformation.NetworkStatsData,
    'iface' | 'rx_bytes' | 'tx_bytes' | 'operstate'
  >[],
): Map<string, InterfaceCounters> {
  const counters = new Map<string, InterfaceCounters>();
  for (const one of stats) {
    if (Number.isSafeInteger(one.rx_bytes) && Number.isSafeInteger(one.tx_bytes)) {
      counters.set(one.iface, { receivedBytes: one.rx_bytes, sentBytes: one.tx_bytes });
    }
  }
  return counters;
}
