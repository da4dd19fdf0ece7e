/** Thousands of processes: the list is whole, and nothing is held of those that ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect } from '@jest/globals';
import { createLinuxProcessesCollector } from '../../src/collectors/processes/linux.ts';
import { processStatsSchema } from '../../src/wire/stats.ts';
import { collectorContext } from '../support/collector-context.ts';
import { fromEnvironment, onPlatform, testWith } from '../support/requirement.ts';

const many = 2500;

testWith(
  [onPlatform('linux'), fromEnvironment('MANY_PROCESSES')],
  'thousands of processes that come and go are all listed while they run, and none of them after',
  async () => {
    const collector = createLinuxProcessesCollector(collectorContext({ platform: 'linux' }));
    const sleepers = async (): Promise<number> => {
      const processes = processStatsSchema.array().parse(await collector.collect());
      return processes.filter(({ name }) => /^slp\d+$/.test(name)).length;
    };
    const openFiles = (): number => readdirSync('/proc/self/fd').length;
    const before = await sleepers();

    const child = spawn(process.env.MANY_PROCESSES ?? '', [String(many)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface(child.stdout)) if (line.startsWith('ready')) break;
    expect(await sleepers()).toBe(before + many);
    expect(await sleepers()).toBe(before + many);
    expect(openFiles()).toBeLessThan(many / 2);

    child.kill('SIGTERM');
    await once(child, 'close');
    expect(await sleepers()).toBe(before);
    collector.close?.();
  },
);
