/** Prints our disks as JSON; run inside the mount namespace that the test made. */
import { createLinuxDisksCollector } from '../../../src/collectors/disks/linux.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import { collectorContext } from '../../support/collector-context.ts';

const collector = createLinuxDisksCollector(
  collectorContext({ roots: createSystemRoots(process.argv[2]) }),
);
process.stdout.write(JSON.stringify(await collector.collect()));
collector.close?.();
