/** Takes three whole samples with the default settings, and says what was in the last. */
import { silentLogger } from '../../../src/base/logger.ts';
import { createStatsCollector } from '../../../src/collectors/collect-stats.ts';
import { type CollectorContext, collectorDeadlineMs } from '../../../src/collectors/collector.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { systemClock } from '../../support/clocks.ts';

const context: CollectorContext = {
  clock: systemClock,
  logger: silentLogger,
  platform: 'linux',
  roots: createSystemRoots(),
  settings: defaultSettings,
  deadlineMs: collectorDeadlineMs,
};
const collector = createStatsCollector(context);
await collector.collect();
await collector.collect();
const result = await collector.collect();
process.stdout.write(JSON.stringify({ kind: result.kind, failures: result.failures.length }));
collector.close();
