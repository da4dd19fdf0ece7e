/**
 * Opens files until no more are to be had but for a few, and lists the processes again and again:
 * prints how many there were each time, how many files the collector kept open, what is remarked, and
 * what is said where a file or a program has none at all.
 */
import { openSync, readdirSync } from 'node:fs';
import { MonitorError } from '../../../src/base/errors.ts';
import { createLinuxProcessesCollector } from '../../../src/collectors/processes/linux.ts';
import { readKernelFile } from '../../../src/host/linux/files.ts';
import { createCommandRunner } from '../../../src/host/run-command.ts';
import { collectorContext } from '../../support/collector-context.ts';

const run = createCommandRunner({ environment: { PATH: '/usr/bin:/bin' } });
const context = collectorContext({ platform: 'linux' });
const collector = createLinuxProcessesCollector(context);
const openFiles = (): number => readdirSync('/proc/self/fd').length;
const count = async (): Promise<number> => {
  const processes = await collector.collect();
  return Array.isArray(processes) ? processes.length : processes.count;
};

const before = openFiles();
const counts = [await count(), await count()];
const kept = openFiles() - before;
try {
  for (let tries = 0; tries < 100_000; tries += 1) openSync('/dev/null', 'r');
} catch {
  // None is left.
}
counts.push(await count(), await count());
// What the list gave back to make do is taken, too.
try {
  for (let tries = 0; tries < 100; tries += 1) openSync('/dev/null', 'r');
} catch {
  // None is left.
}
const said = [
  await reasonOf(() => readKernelFile('/proc/stat')),
  await reasonOf(() => run({ program: 'true', args: [], deadlineMs: 5000 })),
];
const remarks = context.remarks.current().map(({ kind }) => kind);
process.stdout.write(`${JSON.stringify({ counts, kept, remarks, said })}\n`);
process.exit(0);

async function reasonOf(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
    return 'it worked';
  } catch (error) {
    return error instanceof MonitorError ? `${error.message}: ${error.hint ?? ''}` : 'a bug';
  }
}
