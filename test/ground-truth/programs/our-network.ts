/**
 * Prints what our collector says of the interfaces of the namespace that it runs in, or of the host
 * whose root is given.
 */
import { createLinuxNetworkCollector } from '../../../src/collectors/network/linux.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import { collectorContext } from '../../support/collector-context.ts';

const context = collectorContext({ roots: createSystemRoots(process.argv[2]) });
const value = await createLinuxNetworkCollector(context).collect();
const reasons = context.remarks.current().map(({ reason }) => reason);
process.stdout.write(`${JSON.stringify({ value, reasons })}\n`);
