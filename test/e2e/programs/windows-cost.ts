/**
 * Runs on Windows: what one sample of each part costs, native and portable, in time and in child
 * processes. scripts/bench-windows.ts prints it.
 */
import { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CollectorContext } from '../../../src/collectors/collector.ts';
import { type SentPart, sentParts } from '../../../src/collectors/index.ts';
import { createCollector } from '../../../src/collectors/lazy-collector.ts';
import { collectorContext } from '../../support/collector-context.ts';

export interface Cost {
  readonly part: SentPart;
  /** Time until the answer of one sample after the first. */
  readonly elapsedMs: number;
  readonly childProcesses: number;
  readonly failed: boolean;
}

export interface WindowsCosts {
  readonly processes: number;
  readonly native: readonly Cost[];
  readonly portable: readonly Cost[];
}

let children = 0;
const { spawn } = Object.getPrototypeOf(new ChildProcess());
Object.assign(ChildProcess.prototype, {
  spawn(this: ChildProcess, ...values: unknown[]) {
    children += 1;
    return spawn.apply(this, values);
  },
});

async function measure(context: CollectorContext, samples: number): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (const part of sentParts) {
    const collector = createCollector(part, context);
    let failed = false;
    const collect = async (): Promise<void> => {
      await collector.collect().catch(() => {
        failed = true;
      });
    };
    await collect();
    // CPU use is measured from the sample before; what follows too closely waits for its window.
    await sleep(200);
    const [startedMs, childrenBefore] = [performance.now(), children];
    const rounds = part === 'cpu' ? 1 : samples;
    for (let round = 0; round < rounds; round += 1) await collect();
    costs.push({
      part,
      elapsedMs: (performance.now() - startedMs) / rounds,
      childProcesses: (children - childrenBefore) / rounds,
      failed,
    });
  }
  return costs;
}

async function measureAll(): Promise<WindowsCosts> {
  const listed = await createCollector(
    'processes',
    collectorContext({ platform: 'win32' }),
  ).collect();
  return {
    processes: Array.isArray(listed) ? listed.length : 0,
    native: await measure(collectorContext({ platform: 'win32' }), 200),
    // Any other name of a system takes the portable collectors.
    portable: await measure(collectorContext({ platform: 'openbsd' }), 3),
  };
}

void measureAll().then((costs) => process.stdout.write(JSON.stringify(costs)));
