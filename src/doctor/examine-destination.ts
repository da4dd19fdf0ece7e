/** Whether anybody has said where reports go; a service waits until somebody does. */
import { MonitorError } from '../base/errors.ts';
import type { Configuration } from '../config/configuration.ts';
import { waitsBecause } from '../config/destination.ts';
import type { LocationOptions } from '../config/locations.ts';
import type { Finding } from './finding.ts';

/** Undefined where reports are sent; then there is a server to be asked. */
export function examineDestination(
  options: LocationOptions,
  configuration: Pick<Configuration, 'loadGood' | 'locations'>,
): Finding | undefined {
  try {
    const reason = waitsBecause(options, configuration);
    if (reason === undefined) return undefined;
    return { step: 'url', state: 'failed', detail: `reports are kept and not sent: ${reason}` };
  } catch (error) {
    // A file that cannot be read is another finding's.
    if (error instanceof MonitorError) return undefined;
    throw error;
  }
}
