/** Prints the user of process 3 before and after it has become another's, by one collector. */
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLinuxProcessesCollector } from '../../../src/collectors/processes/linux.ts';
import { processStatsSchema } from '../../../src/wire/stats.ts';
import { collectorContext } from '../../support/collector-context.ts';

const collector = createLinuxProcessesCollector(collectorContext({ platform: 'linux' }));
const owner = async (): Promise<string | undefined> => {
  const processes = processStatsSchema.array().parse(await collector.collect());
  return processes.find(({ pid }) => pid === 3)?.username;
};
const owners = [await owner(), await owner()];
process.kill(3, 'SIGUSR1');
for (let tries = 0; tries < 500 && statSync('/proc/3').uid === 0; tries += 1) await sleep(10);
owners.push(await owner());
process.stdout.write(`${JSON.stringify(owners)}\n`);
process.exit(0);
