/**
 * Run by autofs.test.ts in a mount namespace of its own: takes samples beside an autofs mount, by
 * default and with every mount asked for, and prints what the autofs saw of that.
 *
 *   node beside-autofs.ts <folder>
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createLinuxDisksCollector } from '../../../src/collectors/disks/linux.ts';
import { systemClock } from '../../support/clocks.ts';
import { collectorContext } from '../../support/collector-context.ts';

export interface SeenAutofs {
  readonly afterOurs: string;
  /** The trap works: stat(1) springs it. */
  readonly afterStat: string;
  readonly mountPoints: readonly string[];
}

const [folder = ''] = process.argv.slice(2);
const mountPoint = join(folder, 'auto');
mkdirSync(mountPoint);
const trap = spawn('/usr/bin/python3', [join(import.meta.dirname, 'autofs.py'), mountPoint], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const lines = createInterface(trap.stdout)[Symbol.asyncIterator]();
await lines.next();

async function ask(): Promise<string> {
  trap.stdin.write('\n');
  const line = await lines.next();
  return line.done === true ? 'the autofs ended' : line.value;
}

const mountPoints: string[] = [];
for (const disks_include of [[], ['*']]) {
  const collector = createLinuxDisksCollector(collectorContext({ settings: { disks_include } }));
  const disks = Object.values(await collector.collect());
  mountPoints.push(...disks.map((disk) => disk.mount_point));
  collector.close?.();
}
const afterOurs = await ask();

const stat = spawn('stat', ['-f', mountPoint], { stdio: 'ignore' });
let afterStat = await ask();
for (let attempt = 0; attempt < 500 && afterStat === 'quiet'; attempt += 1) {
  await systemClock.sleep(10);
  afterStat = await ask();
}
trap.stdin.end();
await new Promise((resolve) => stat.once('close', resolve));
execFileSync('umount', [mountPoint]);

const seen: SeenAutofs = { afterOurs, afterStat, mountPoints };
process.stdout.write(JSON.stringify(seen));
