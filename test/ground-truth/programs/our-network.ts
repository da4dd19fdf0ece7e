/**
 * Prints what our collector says of the interfaces of the namespace that it runs in, or of the host
 * whose root is given.
 */
import { createLinuxNetworkCollector } from '../../../src/collectors/network/linux.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import { collectorContext } from '../../support/collector-context.ts';

const collector = createLinuxNetworkCollector(
  collectorContext({ roots: createSystemRoots(process.argv[2]) }),
);
process.stdout.write(`${JSON.stringify({ value: await collector.collect() })}\n`);
