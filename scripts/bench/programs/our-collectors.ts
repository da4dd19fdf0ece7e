/**
 * What one part of a report, or a whole sample, costs us; run as a process of its own by
 * collectors.ts.
 *
 *   our-collectors.ts PART SAMPLES   prints {"cpuUs", "stallMs"}: of one sample, and the longest
 *                                    time for which the event loop was held in any of them
 */
import type { Clock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { createRemarks } from '../../../src/base/remarks.ts';
import { createStatsCollector } from '../../../src/collectors/collect-stats.ts';
import type { CollectorContext } from '../../../src/collectors/collector.ts';
import { isPartName } from '../../../src/collectors/index.ts';
import { createCollector } from '../../../src/collectors/lazy-collector.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';

const clock: Clock = {
  epochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};
const context: CollectorContext = {
  clock,
  logger: silentLogger,
  remarks: createRemarks({ clock, logger: silentLogger }),
  platform: 'linux',
  roots: createSystemRoots(),
  settings: defaultSettings,
  deadlineMs: 60_000,
};

const [part = 'whole', samples = '10'] = process.argv.slice(2);
const collector = isPartName(part) ? createCollector(part, context) : createStatsCollector(context);

async function takeSample(): Promise<void> {
  await collector.collect();
}

const threadCpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** An agent's samples are apart; two that follow each other make the CPU figure wait for a window. */
async function pause(): Promise<void> {
  if (part === 'cpu' || part === 'whole') await clock.sleep(160);
}

/**
 * The longest time that the event loop was held, in CPU time: on a busy machine the clock would
 * count the turns of others.
 */
async function longestStallMs(): Promise<number> {
  let longestMs = 0;
  let turnMs = threadCpuMs();
  let watching = true;
  const watch = (): void => {
    longestMs = Math.max(longestMs, threadCpuMs() - turnMs);
    turnMs = threadCpuMs();
    if (watching) setImmediate(watch);
  };
  setImmediate(watch);
  await takeSample();
  await new Promise((resolve) => setImmediate(resolve));
  watching = false;
  return longestMs;
}

// The first samples fill the caches, and let V8 compile what an agent has compiled long since.
for (let sample = 0; sample < 5; sample += 1) await takeSample();
const before = process.cpuUsage();
for (let sample = 0; sample < Number(samples); sample += 1) {
  await pause();
  await takeSample();
}
const used = process.cpuUsage(before);
const cpuUs = (used.user + used.system) / Number(samples);
await pause();
console.log(JSON.stringify({ cpuUs, stallMs: await longestStallMs() }));
collector.close?.();
