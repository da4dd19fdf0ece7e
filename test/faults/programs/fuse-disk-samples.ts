/**
 * Run by fuse-disk.test.ts in a mount namespace of its own: takes samples of a FUSE disk that
 * answers, stops answering, and answers again, and prints what it saw.
 *
 *   node fuse-disk-samples.ts <folder>
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createLinuxDisksCollector } from '../../../src/collectors/disks/linux.ts';
import type { DiskStats } from '../../../src/wire/stats.ts';
import { systemClock } from '../../support/clocks.ts';
import { collectorContext, recordingLogger } from '../../support/collector-context.ts';

export interface SeenDisk {
  readonly answering: DiskStats | undefined;
  readonly dead: readonly (DiskStats | null)[];
  readonly stuckWhileDead: readonly string[];
  readonly answeringAgain: DiskStats | undefined;
  readonly events: readonly string[];
  /** Size, used and available, as df prints them in bytes. */
  readonly df: string;
}

const [folder = ''] = process.argv.slice(2);
const image = join(folder, 'image');
const mountPoint = join(folder, 'disk');
const flag = join(folder, 'dead');

mkdirSync(mountPoint);
writeFileSync(image, '');
truncateSync(image, 1024 * 1024);
const device = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim();
const server = spawn(
  '/usr/bin/python3',
  [join(import.meta.dirname, 'fuse-disk.py'), device, mountPoint, flag],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
try {
  for await (const line of createInterface(server.stdout)) if (line === 'ready') break;
  process.stdout.write(JSON.stringify(await takeSamples()));
} finally {
  server.stdin.end();
  await new Promise((resolve) => server.once('close', resolve));
  execFileSync('umount', ['-l', mountPoint]);
  execFileSync('losetup', ['--detach', device]);
}

async function takeSamples(): Promise<SeenDisk> {
  const logger = recordingLogger();
  const context = collectorContext({ clock: systemClock, logger });
  const collector = createLinuxDisksCollector(context);
  const stuck = (): readonly string[] =>
    context.remarks
      .current()
      .filter(({ kind }) => kind === 'mount.stuck')
      .map(({ subject }) => subject);
  const sample = async (): Promise<DiskStats | undefined> => (await collector.collect())[device];

  /** A loaded machine may make even a mount that answers late: it is asked until it is in time. */
  async function sampleInTime(): Promise<DiskStats | undefined> {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const disk = await sample();
      if (disk !== undefined && stuck().length === 0) return disk;
      await systemClock.sleep(100);
    }
    return undefined;
  }

  const answering = await sampleInTime();
  const df = execFileSync('df', ['-B1', '--output=size,used,avail', mountPoint], {
    encoding: 'utf8',
  });
  const before = logger.events.length;
  writeFileSync(flag, '');
  const dead = [await sample(), await sample(), await sample()].map((disk) => disk ?? null);
  const stuckWhileDead = stuck();
  rmSync(flag);
  const answeringAgain = await sampleInTime();
  const events = logger.events.slice(before).map(({ level, event }) => `${level}: ${event}`);
  collector.close?.();
  return { answering, dead, stuckWhileDead, answeringAgain, events, df };
}
