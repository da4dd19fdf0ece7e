/** Takes three whole samples with the default settings, and says what was in the last. */
import { createStatsCollector } from '../../../src/collectors/collect-stats.ts';
import { collectorContext } from '../../support/collector-context.ts';

const collector = createStatsCollector(collectorContext());
await collector.collect();
await collector.collect();
const result = await collector.collect();
process.stdout.write(JSON.stringify({ kind: result.kind, failures: result.failures.length }));
collector.close();
