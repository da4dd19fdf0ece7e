/** Interfaces of a Linux system: addresses from the kernel's own list, bytes from /proc/net/dev. */
import { networkInterfaces } from 'node:os';
import { readKernelFile } from '../../host/linux/files.ts';
import { parseNetDev } from '../../host/linux/net-dev.ts';
import type { Network } from '../../wire/stats.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import { networkFolder } from '../roots.ts';
import { primaryAddresses } from './addresses.ts';
import { networkOf } from './network-of.ts';

export function createLinuxNetworkCollector(context: CollectorContext): Collector<Network> {
  const { settings } = context;
  const devPath = `${networkFolder(context.roots)}/dev`;
  return {
    async collect() {
      const keep = await createFilter(settings.networkInclude, settings.networkExclude);
      const counters = parseNetDev(readKernelFile(devPath));
      return networkOf(primaryAddresses(networkInterfaces()), counters, keep);
    },
  };
}
