/** Interfaces of a Linux system: addresses as getifaddrs(3) has them, bytes from net/dev. */
import { readKernelFile } from '../../host/linux/files.ts';
import { parseNetDev } from '../../host/linux/net-dev.ts';
import type { CommandRequest, CommandResult } from '../../host/run-command.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import { networkFolder } from '../roots.ts';
import type { Network } from './index.ts';
import { createLinuxAddresses } from './linux-addresses.ts';
import { networkOf } from './network-of.ts';

export function createLinuxNetworkCollector(context: CollectorContext): Collector<Network> {
  const { settings, roots, calls } = context;
  const devPath = `${networkFolder(roots)}/dev`;
  const addresses = createLinuxAddresses(context, calls?.runCommand ?? runSystemCommand);
  return {
    async collect() {
      const keep = await createFilter(settings.network_include, settings.network_exclude);
      const counters = parseNetDev(readKernelFile(devPath));
      return networkOf(await addresses.read([...counters.keys()]), counters, keep, context);
    },
  };
}

/** Loaded when it is needed, which on most machines it never is. */
async function runSystemCommand(request: CommandRequest): Promise<CommandResult> {
  const { createCommandRunner, systemPath } = await import('../../host/run-command.ts');
  return createCommandRunner({ environment: { PATH: systemPath } })(request);
}
