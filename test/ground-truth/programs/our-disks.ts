/** Prints our disks as JSON; run inside the mount namespace that the test made. */
import { silentLogger } from '../../../src/base/logger.ts';
import { collectorDeadlineMs } from '../../../src/collectors/collector.ts';
import { createLinuxDisksCollector } from '../../../src/collectors/disks/linux.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { systemClock } from '../../support/clocks.ts';

const collector = createLinuxDisksCollector({
  clock: systemClock,
  logger: silentLogger,
  platform: 'linux',
  roots: createSystemRoots(process.argv[2]),
  settings: defaultSettings,
  deadlineMs: collectorDeadlineMs,
});
process.stdout.write(JSON.stringify(await collector.collect()));
collector.close?.();
