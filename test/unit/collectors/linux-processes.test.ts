import { expect } from '@jest/globals';
import type { Clock } from '../../../src/base/clock.ts';
import { createLinuxProcessesCollector } from '../../../src/collectors/processes/linux.ts';
import type { Processes } from '../../../src/wire/stats.ts';
import { systemClock } from '../../support/clocks.ts';
import { collectorContext } from '../../support/collector-context.ts';
import { onPlatform, testWith } from '../../support/requirement.ts';

/** On which every look at the time finds the next piece of work used up. */
function createHastyClock(): Clock {
  let nowMs = 0;
  return {
    ...systemClock,
    monotonicMs: () => {
      nowMs += 10;
      return nowMs;
    },
  };
}

const countOf = (processes: Processes): number =>
  Array.isArray(processes) ? processes.length : processes.count;

testWith(
  [onPlatform('linux')],
  'the event loop gets its turn between the pieces of a long list',
  async () => {
    const collector = createLinuxProcessesCollector(
      collectorContext({ platform: 'linux', clock: createHastyClock() }),
    );
    let turns = 0;
    let watching = true;
    const watch = (): void => {
      turns += 1;
      if (watching) setImmediate(watch);
    };
    setImmediate(watch);
    const count = countOf(await collector.collect());
    watching = false;
    collector.close?.();
    expect(count).toBeGreaterThan(1);
    expect(turns).toBeGreaterThanOrEqual(Math.floor(count / 32));
  },
);

testWith(
  [onPlatform('linux')],
  'a sample whose deadline has passed ends between two pieces',
  async () => {
    const collector = createLinuxProcessesCollector(
      collectorContext({ platform: 'linux', clock: createHastyClock() }),
    );
    const deadline = new AbortController();
    const processes = countOf(await collector.collect(deadline.signal));
    deadline.abort();
    // With fewer processes than one piece has, there is nothing to end.
    if (processes >= 32) {
      await expect(collector.collect(deadline.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    }
    collector.close?.();
  },
);
