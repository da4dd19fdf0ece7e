/**
 * Run by stuck-mounts.test.ts in a mount namespace of its own, so that nobody else on the machine
 * meets the dead mounts: takes whole samples beside them, ends them, and prints what it saw.
 *
 *   node stuck-mounts-scenario.ts <stuck-mount program> <folder> <number of mounts>
 */
import { execFileSync, spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../src/base/logger.ts';
import { createStatsCollector } from '../../src/collectors/collect-stats.ts';
import { systemClock } from '../support/clocks.ts';
import { collectorContext } from '../support/collector-context.ts';

export interface SeenSample {
  readonly kind: string;
  readonly emptyParts: readonly string[];
  readonly diskMountPoints: readonly string[];
  readonly stuck: readonly string[];
  readonly waitingProbes: number;
  readonly tookMs: number;
}

export interface Seen {
  readonly dead: readonly SeenSample[];
  /** After the dead mounts ended and a working one took the place of the first. */
  readonly recovered: SeenSample;
  readonly warnings: readonly string[];
  readonly poolWentOn: boolean;
}

const [program = '', folder = '', countText = ''] = process.argv.slice(2);
const mountPoints = Array.from({ length: Number(countText) }, (_, index) =>
  join(folder, `m${index}`),
);

const warnings: string[] = [];
const context = collectorContext({
  logger: {
    ...silentLogger,
    warn: (event, fields) => void warnings.push(`${event} ${String(fields?.mount_point)}`),
  },
  settings: { disks_include: ['*'] },
});

const servers = mountPoints.map((mountPoint) => {
  mkdirSync(mountPoint);
  return spawn(program, [mountPoint], { stdio: 'ignore' });
});
await until(() => mountPoints.every((mountPoint) => isMounted(mountPoint, 'fuse.stuck')));

const collector = createStatsCollector(context);
const dead: SeenSample[] = [];
for (let sample = 0; sample < 4; sample += 1) dead.push(await takeSample());

// Four statfs calls in libuv's pool would let none of these finish.
await lookup('localhost');
await writeFile(join(folder, 'report'), 'on disk');
await Promise.all(Array.from({ length: 16 }, () => stat(join(folder, 'report'))));

for (const server of servers) server.kill('SIGKILL');
for (const mountPoint of mountPoints) execFileSync('umount', ['-l', mountPoint]);
execFileSync('mount', ['-t', 'tmpfs', 'revived', mountPoints[0] ?? '']);
await until(() => waitingProbes() === 0);
let recovered = await takeSample();
// That a probe has ended may be heard of after the sample that it held up.
for (let more = 0; more < 5 && recovered.stuck.length > 0; more += 1) {
  recovered = await takeSample();
}
collector.close();

const seen: Seen = { dead, recovered, warnings, poolWentOn: true };
process.stdout.write(JSON.stringify(seen));

async function takeSample(): Promise<SeenSample> {
  const startedMs = performance.now();
  const result = await collector.collect();
  const tookMs = performance.now() - startedMs;
  if (result.kind === 'incomplete') throw new Error('cpu or memory is missing');
  const parts = Object.entries(result.stats);
  return {
    kind: result.kind,
    emptyParts: parts.filter(([, part]) => Object.keys(part).length === 0).map(([name]) => name),
    diskMountPoints: Object.values(result.stats.disks).map((disk) => disk.mount_point),
    stuck: context.remarks
      .current()
      .filter(({ kind }) => kind === 'mount.stuck')
      .map(({ subject }) => subject)
      .sort(),
    waitingProbes: waitingProbes(),
    tookMs,
  };
}

/** Our children that wait in statfs, killed ones that cannot end as well. */
function waitingProbes(): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return (
        status.includes('(stat) ') && status.split(') ')[1]?.split(' ')[1] === `${process.pid}`
      );
    } catch {
      return false;
    }
  }).length;
}

function isMounted(mountPoint: string, type: string): boolean {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.some((line) => line.includes(` ${mountPoint} `) && line.includes(` - ${type} `));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(10);
}
