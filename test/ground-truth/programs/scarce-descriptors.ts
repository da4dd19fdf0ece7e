/**
 * Opens files until no more are to be had but for a few, and lists the processes again and again:
 * prints how many there were each time, how many files the collector kept open, and what is remarked.
 */
import { openSync, readdirSync } from 'node:fs';
import { createLinuxProcessesCollector } from '../../../src/collectors/processes/linux.ts';
import { collectorContext } from '../../support/collector-context.ts';

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
const remarks = context.remarks.current().map(({ kind }) => kind);
process.stdout.write(`${JSON.stringify({ counts, kept, remarks })}\n`);
process.exit(0);
