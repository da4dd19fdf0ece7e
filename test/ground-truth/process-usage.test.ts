/** CPU use and memory of processes beside psutil’s, of some that do much and of some that do nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect } from '@jest/globals';
import { z } from 'zod';
import type { UsedProcess } from '../../src/collectors/processes/index.ts';
import { createLinuxProcessesCollector } from '../../src/collectors/processes/linux.ts';
import { collectorContext } from '../support/collector-context.ts';
import { debianPython, startPsutil, withPsutil } from '../support/psutil.ts';
import { onPlatform, testWith } from '../support/requirement.ts';

const measuredMs = 2000;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A program that says `ready` when it is as the test wants it. */
async function start(program: string): Promise<number> {
  const child = spawn(debianPython, ['-uc', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid ?? 0;
}

testWith(withPsutil, 'CPU use between two samples and memory are psutil’s', async () => {
  const pids = [
    await start('print("ready")\nwhile True: pass'),
    await start(
      'import time\nprint("ready")\nwhile True:\n  time.sleep(0.02)\n  sum(range(100000))',
    ),
    await start(`
import threading, time
def burn():
  while True: sum(range(1000))
threading.Thread(target=burn).start()
print("ready")
burn()`),
    await start('import time\nheld = bytearray(200_000_000)\nprint("ready")\ntime.sleep(60)'),
    await start('import time\nprint("ready")\ntime.sleep(60)'),
  ];
  const collector = createLinuxProcessesCollector(collectorContext({ isShown: true }));
  const psutil = startPsutil();
  const question = `usage ${pids.join(' ')}`;
  await collector.collect();
  await psutil.ask(question);
  await collector.collect();
  await sleep(measuredMs);
  const mine: readonly UsedProcess[] = Object.values(await collector.collect());
  const theirs = z.array(z.tuple([z.number(), z.int()])).parse(await psutil.ask(question));
  await psutil.close();
  for (const [index, pid] of pids.entries()) {
    const [cpuPercent = Number.NaN, rssBytes = Number.NaN] = theirs[index] ?? [];
    const own = mine.find((one) => one.pid === pid);
    expect(Math.abs((own?.rss_bytes ?? Number.NaN) - rssBytes)).toBeLessThan(2 ** 20);
    // The seconds are not quite the same ones, and others work here too.
    expect(Math.abs((own?.cpu_percent ?? Number.NaN) - cpuPercent)).toBeLessThan(
      3 + cpuPercent * 0.35,
    );
  }
  const [burns, , , , idles] = pids.map((pid) => mine.find((one) => one.pid === pid)?.cpu_percent);
  expect(burns).toBeGreaterThan(1);
  expect(idles).toBeLessThan(1);
});

testWith([onPlatform('linux')], 'what our own process uses is told too', async () => {
  const list: readonly UsedProcess[] = Object.values(
    await createLinuxProcessesCollector(collectorContext({ isShown: true })).collect(),
  );
  expect(list.length).toBeGreaterThan(1);
  const own = list.find(({ pid }) => pid === process.pid);
  expect(own?.rss_bytes).toBeGreaterThan(10_000_000);
  expect(own?.cpu_percent).toBeGreaterThanOrEqual(0);
});

testWith(
  [onPlatform('linux')],
  'where nobody looks, nothing more than the contract is read',
  async () => {
    const list = Object.values(await createLinuxProcessesCollector(collectorContext()).collect());
    for (const one of list) expect(Object.keys(one)).toEqual(['pid', 'name', 'username']);
  },
);
