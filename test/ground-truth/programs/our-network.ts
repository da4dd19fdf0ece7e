/** Prints what our collector says of the interfaces of the namespace that it runs in. */
import { createLinuxNetworkCollector } from '../../../src/collectors/network/linux.ts';
import { collectorContext } from '../../support/collector-context.ts';

const collector = createLinuxNetworkCollector(collectorContext());
process.stdout.write(`${JSON.stringify({ value: await collector.collect() })}\n`);
