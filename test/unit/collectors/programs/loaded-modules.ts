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

const { partNames } = await import('../../../../src/collectors/index.ts');
const { createCollector } = await import('../../../../src/collectors/lazy-collector.ts');
const { collectorContext } = await import('../../../support/collector-context.ts');

const context = collectorContext();
for (const part of partNames) {
  const collector = createCollector(part, context);
  if (part === process.argv[2]) await collector.collect();
}
process.stdout.write(JSON.stringify([...new Set(loaded)]));
