/** Takes three whole samples of this machine and prints how many reports they make. */
import { createStatsCollector } from '../../../src/collectors/collect-stats.ts';
import { createCollectors } from '../../../src/collectors/index.ts';
import { collectorContext } from '../../support/collector-context.ts';

const context = collectorContext();
const stats = createStatsCollector(createCollectors(context), context);
let reports = 0;
for (let sample = 0; sample < 3; sample += 1) {
  const { kind, failures } = await stats.collect();
  if (kind === 'collected' && failures.length === 0) reports += 1;
}
stats.close();
process.stdout.write(`${reports}\n`);
