/** Our memory figures beside psutil's and free's, on this machine and on the captured systems. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { createLinuxMemoryCollector } from '../../src/collectors/memory/linux.ts';
import { type MemoryStats, memoryStatsSchema } from '../../src/wire/stats.ts';
import { listCases, runCase } from '../support/captured-case.ts';
import { collectorContext } from '../support/collector-context.ts';
import { type Psutil, startPsutil, withPsutil } from '../support/psutil.ts';
import { onPlatform, testWith, withFile } from '../support/requirement.ts';

/** Others allocate and free between the reads; their figure must lie between two of ours, or so near. */
const driftBytes = 64 * 1024 * 1024;
/** The share that those bytes may be of a small machine's memory, and one rounding. */
const driftPercent = 2;
/** A burst of another program may lie just between; it does not do so every time. */
const attemptsMax = 10;

const met = withPsutil.every((requirement) => requirement.met);
let psutil: Psutil | undefined;
beforeAll(() => {
  if (met) psutil = startPsutil();
});
afterAll(() => psutil?.close());

const collector = createLinuxMemoryCollector(collectorContext());

/** The fields of `theirs` that lie outside of ours before and after it. */
async function differences(readTheirs: () => Promise<Partial<MemoryStats>>): Promise<string[]> {
  let outside: string[] = [];
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const before = await collector.collect();
    const theirs = await readTheirs();
    const after = await collector.collect();
    outside = Object.entries(theirs).flatMap(([name, value]) => {
      const field = memoryStatsSchema.keyof().parse(name);
      const drift = field === 'total' ? 0 : field === 'percent_used' ? driftPercent : driftBytes;
      const low = Math.min(before[field], after[field]) - drift;
      const high = Math.max(before[field], after[field]) + drift;
      return value < low || value > high ? [`${name}: ${value} not in ${low}..${high}`] : [];
    });
    if (outside.length === 0) break;
  }
  return outside;
}

testWith(withPsutil, 'every figure is psutil’s', async () => {
  expect(
    await differences(async () => memoryStatsSchema.parse(await psutil?.ask('memory'))),
  ).toEqual([]);
});

testWith(
  [onPlatform('linux'), withFile('/usr/bin/free')],
  'total, free and available are those of free(1)',
  async () => {
    // `used` is left out: procps 4 computes it as total - available, procps 3 as psutil does.
    expect(
      await differences(async () => {
        const output = execFileSync('/usr/bin/free', ['-b'], { encoding: 'utf8' });
        const [total, , free, , , available] = (/^Mem: +(.*)$/m.exec(output)?.[1] ?? '')
          .split(/ +/)
          .map(Number);
        return {
          total: total ?? Number.NaN,
          free: free ?? Number.NaN,
          available: available ?? Number.NaN,
        };
      }),
    ).toEqual([]);
  },
);

/** psutil dies of the others, believes that more is free than there is, or takes a wrapped figure. */
const beyondPsutil = new Set([
  'fields-in-another-order',
  'kernel-2.4-with-headings',
  'lxcfs-available-wrapped',
  'meminfo-free-above-total',
  'meminfo-without-a-number',
  'truncated-meminfo',
]);

for (const captured of listCases()) {
  if (captured.part !== 'memory' || beyondPsutil.has(captured.name)) continue;
  if (existsSync(join(captured.folder, 'case.json'))) continue;
  testWith(withPsutil, `psutil says the same of the captured ${captured.name}`, async () => {
    await psutil?.ask(`root ${captured.folder}/step-1/proc`);
    const theirs = await psutil?.ask('memory');
    await psutil?.ask('root /proc');
    const outcomes = await runCase(captured);
    expect(outcomes.map(({ collected }) => collected)).toEqual([theirs]);
  });
}
