/** Whether anybody has said where reports go; a service waits until somebody does. */
import { MonitorError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Configuration } from '../config/configuration.ts';
import { destinationOf, readDestination } from '../config/destination.ts';
import { type LocationOptions, systemPaths } from '../config/locations.ts';
import type { Finding } from './finding.ts';

/** Undefined where reports are sent; then there is a server to be asked. */
export function examineDestination(
  options: LocationOptions,
  { loadGood, locations }: Pick<Configuration, 'loadGood' | 'locations'>,
  { disk }: Pick<Runtime, 'disk'>,
): Finding | undefined {
  const isService = locations.configuration.path === systemPaths(options).configurationFile;
  try {
    const remembered = readDestination(disk, locations.state.path);
    const { waitsBecause } = destinationOf(loadGood(), remembered, isService);
    if (waitsBecause === undefined) return undefined;
    return {
      step: 'url',
      state: 'failed',
      detail: `reports are kept and not sent: ${waitsBecause}`,
    };
  } catch (error) {
    // A file that cannot be read is another finding's.
    if (error instanceof MonitorError) return undefined;
    throw error;
  }
}
