/** Our CPU figures beside psutil's, on this machine and on the captured systems. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { z } from 'zod';
import { createLinuxCpuCollector } from '../../src/collectors/cpu/linux.ts';
import { listCases, runCase } from '../support/captured-case.ts';
import { systemClock } from '../support/clocks.ts';
import { collectorContext } from '../support/collector-context.ts';
import { type Psutil, startPsutil, withPsutil } from '../support/psutil.ts';
import { testWith } from '../support/requirement.ts';

/** The two windows begin and end within some milliseconds of each other, and ticks are coarse. */
const percentTolerance = 6;
/** A core may change its clock between the two reads. */
const frequencyTolerance = 0.02;

const met = withPsutil.every((requirement) => requirement.met);
let psutil: Psutil | undefined;
beforeAll(() => {
  if (met) psutil = startPsutil();
});
afterAll(() => psutil?.close());

const ask = (question: string): Promise<unknown> =>
  psutil?.ask(question) ?? Promise.reject(new Error('psutil is not here'));

const cpuSchema = z.strictObject({ count: z.int(), frequency: z.number().nullable() });

testWith(withPsutil, 'count and frequency are psutil’s', async () => {
  const mine = await createLinuxCpuCollector(collectorContext()).collect();
  const theirs = cpuSchema.parse(await ask('cpu'));
  expect(mine.count).toBe(theirs.count);
  if (theirs.frequency === null || theirs.frequency === 0) expect(mine.frequency).toBeUndefined();
  else {
    expect(Number.isInteger(mine.frequency)).toBe(true);
    const difference = Math.abs((mine.frequency ?? 0) - theirs.frequency);
    expect(difference / theirs.frequency).toBeLessThan(frequencyTolerance);
  }
});

testWith(withPsutil, 'the busy share of one window is psutil’s', async () => {
  const collector = createLinuxCpuCollector(collectorContext());
  await collector.collect();
  await ask('percent');
  await collector.collect();
  const until = systemClock.monotonicMs() + 1500;
  // One of the CPUs is kept busy for a part of the window, so that there is something to measure.
  while (systemClock.monotonicMs() < until - 900);
  await systemClock.sleep(until - systemClock.monotonicMs());
  const [mine, theirs] = await Promise.all([collector.collect(), ask('percent')]);
  expect(Math.abs(mine.percent_used - z.number().parse(theirs))).toBeLessThan(percentTolerance);
});

/** psutil trims what went back to nothing, where we look again; the rest must agree to the digit. */
const comparable = listCases().filter(
  ({ part, folder }) =>
    part === 'cpu' &&
    !existsSync(join(folder, 'case.json')) &&
    existsSync(join(folder, 'step-2')) &&
    !existsSync(join(folder, 'step-3')) &&
    hasThisKernelsColumns(join(folder, 'step-1/proc/stat')),
);

/** psutil names the columns once, after the machine that it runs on. */
function hasThisKernelsColumns(path: string): boolean {
  return /^cpu(?: +\d+){10}$/m.test(readFileSync(path, 'utf8'));
}

for (const captured of comparable) {
  testWith(withPsutil, `psutil computes the same of the captured ${captured.name}`, async () => {
    const mine = (await runCase(captured))[0]?.collected;
    await ask(`root ${captured.folder}/step-1/proc`);
    await ask('percent');
    await ask(`root ${captured.folder}/step-2/proc`);
    const theirs = await ask('percent');
    await ask('root /proc');
    if (captured.name === 'counters-stand-still') {
      // Nothing passed, and psutil calls that 0 %.
      expect([mine, theirs]).toEqual([{ error: 'NOT_AVAILABLE' }, 0]);
    } else expect(mine).toMatchObject({ percent_used: theirs });
  });
}
