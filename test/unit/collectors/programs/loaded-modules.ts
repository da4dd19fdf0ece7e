/** Takes one sample of the part that is named and prints every module that was loaded for it. */
import { registerHooks } from 'node:module';
import type { CollectorContext } from '../../../../src/collectors/collector.ts';

const loaded: string[] = [];
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    loaded.push(resolved.url);
    return resolved;
  },
});

const { partNames } = await import('../../../../src/collectors/index.ts');
const { createCollector } = await import('../../../../src/collectors/lazy-collector.ts');
const { createSystemRoots } = await import('../../../../src/collectors/roots.ts');
const { collectorDeadlineMs } = await import('../../../../src/collectors/collector.ts');
const { defaultSettings } = await import('../../../../src/settings/settings.ts');
const { silentLogger } = await import('../../../../src/base/logger.ts');

const context: CollectorContext = {
  clock: {
    epochMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  logger: silentLogger,
  platform: process.platform,
  roots: createSystemRoots(),
  settings: defaultSettings,
  deadlineMs: collectorDeadlineMs,
};
for (const part of partNames) {
  const collector = createCollector(part, context);
  if (part === process.argv[2]) await collector.collect();
}
process.stdout.write(JSON.stringify([...new Set(loaded)]));
