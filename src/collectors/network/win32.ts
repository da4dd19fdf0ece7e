/**
 * Adapters of a Windows system by the names that the user sees (`Ethernet`, `Wi-Fi`). Agrees with
 * psutil 5.9's net_if_addrs() and net_io_counters().
 */
import {
  type Adapter,
  type AdapterCalls,
  loadAdapterCalls,
  readAdapterCounters,
  readAdapters,
} from '../../host/win32/adapters.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import type { InterfaceAddress } from './addresses.ts';
import type { Network } from './index.ts';
import { type InterfaceCounters, networkOf } from './network-of.ts';

/** `collect` throws NOT_AVAILABLE where Windows cannot be asked. */
export function createWin32NetworkCollector(
  context: CollectorContext,
  { load = loadAdapterCalls }: { readonly load?: () => Promise<AdapterCalls> } = {},
): Collector<Network> {
  const { settings } = context;
  let loaded: Promise<AdapterCalls> | undefined;
  return {
    async collect() {
      loaded ??= load();
      const calls = await loaded;
      const keep = await createFilter(settings.network_include, settings.network_exclude, {
        ignoreCase: true,
      });
      const addresses: InterfaceAddress[] = [];
      const counters = new Map<string, InterfaceCounters>();
      for (const adapter of readAdapters(calls)) {
        const primary = primaryAddressOf(adapter);
        if (primary === undefined || !keep(adapter.friendlyName)) continue;
        addresses.push(primary);
        const counted = readAdapterCounters(calls, adapter.interfaceIndex);
        if (counted !== undefined) counters.set(adapter.friendlyName, counted);
      }
      return networkOf(addresses, counters, keep, context);
    },
  };
}

/** The first of an adapter's IPv4 addresses, in Windows' order. */
function primaryAddressOf({ friendlyName, addresses }: Adapter): InterfaceAddress | undefined {
  const [primary] = addresses;
  if (primary === undefined) return undefined;
  return { name: friendlyName, ip: primary.address, netmask: primary.netmask };
}
