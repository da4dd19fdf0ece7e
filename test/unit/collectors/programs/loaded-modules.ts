/** Takes one sample of the part that is named and prints every module that was loaded for it. */
import { registerHooks } from 'node:module';

const loaded: string[] = [];
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    loaded.push(resolved.url);
    return resolved;
  },
});

const { createCollectors } = await import('../../../../src/collectors/index.ts');
const { createSystemRoots } = await import('../../../../src/collectors/roots.ts');
const { defaultCollectorSettings } = await import('../../../../src/collectors/collector.ts');
const { silentLogger } = await import('../../../../src/base/logger.ts');

const collectors = createCollectors({
  clock: {
    epochMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  logger: silentLogger,
  platform: process.platform,
  roots: createSystemRoots(),
  settings: defaultCollectorSettings,
});
for (const [part, collector] of Object.entries(collectors)) {
  if (part === process.argv[2]) await collector.collect();
}
process.stdout.write(JSON.stringify([...new Set(loaded)]));
