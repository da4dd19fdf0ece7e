/**
 * The mounted disks of a Linux system, with psutil 5.9's meanings: which mounts count as disks, and
 * statvfs(3)'s figures of each.
 *
 *   mountinfo ─▶ a device behind it? covered? one for each file system ─▶ statfs ─▶ one key each
 *                                        in this process where memory answers ┤
 *                                        by a probe that nobody waits for long┘
 */
import { existsSync } from 'node:fs';
import { errorMessage, MonitorError } from '../../base/errors.ts';
import { isAnsweredFromMemory } from '../../host/linux/memory-file-systems.ts';
import { createMountProber } from '../../host/linux/mount-prober.ts';
import { type MountAnswer, statCommands } from '../../host/linux/probe-child.ts';
import { readFileSystemBlocks } from '../../host/linux/statfs.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import { createNameBound, type NameBound } from '../name-bound.ts';
import { createTimeSlice } from '../time-slice.ts';
import { createDiskList } from './disk-list.ts';
import type { Disk, Disks } from './index.ts';
import { remarkStuck } from './remark-stuck.ts';
import type { DiskMount } from './select-mounts.ts';
import { sizesAnswered } from './sizes.ts';

/**
 * How long a sample waits for a mount that may hang. A FUSE daemon answers in a millisecond, a far
 * server in a tenth of a second; a report every second must still go out in its second.
 */
const probeWaitMs = 500;

/**
 * `collect` throws a MonitorError when the list of mounts cannot be read. A disk that gives no
 * figures (no permission, unmounted meanwhile, stuck) is left out.
 */
export function createLinuxDisksCollector(context: CollectorContext): Collector<Disks> {
  const { clock, logger, remarks, roots, settings, calls = {} } = context;
  const { readBlocks = readFileSystemBlocks, exists = existsSync } = calls;
  const commands = [
    ...statCommands,
    ...(context.mountProbe === undefined ? [] : [context.mountProbe]),
  ];
  const prober = calls.mountProber ?? createMountProber({ clock, logger, commands });
  const listDisks = createDiskList(context, exists);

  /** Undefined for a disk that was unmounted meanwhile. */
  function readNow({ mount, mountPoint }: DiskMount): MountAnswer | undefined {
    try {
      return { blocks: readBlocks(mount.mountPointBytes) };
    } catch (error) {
      // The path stands beside it already.
      const said = error instanceof MonitorError ? error.reason : errorMessage(error);
      const reason = said.replace(/, statfs '.*'$/s, '');
      const isGone = error instanceof MonitorError && error.code === 'NOT_AVAILABLE';
      if (!isGone) return { reason };
      logger.debug('disks.skipped', { mount_point: mountPoint, reason });
      return undefined;
    }
  }

  async function readAll(disks: readonly DiskMount[]): Promise<(MountAnswer | undefined)[]> {
    const slice = createTimeSlice(clock);
    const answers: (Promise<MountAnswer | undefined> | MountAnswer | undefined)[] = [];
    for (const disk of disks) {
      if (slice.used()) await slice.pause();
      const inMemory = isAnsweredFromMemory(disk.mount, disk.ancestors, roots);
      answers.push(inMemory ? readNow(disk) : prober.ask(disk.mount, probeWaitMs));
    }
    return await Promise.all(answers);
  }

  return {
    async collect() {
      const keep = await createFilter(settings.disks_include, settings.disks_exclude);
      const disks = await listDisks(keep);
      prober.retain(disks.map((disk) => disk.mount));
      const hidden = new Map<string, string>();
      const answers = await readAll(disks);
      remarkStuck(remarks, prober.stuck());
      const names = createNameBound(context, 'disks');
      const keys = names.boundKeys(disks.map((disk) => disk.key));
      // Without a prototype: a device may bear any name, `__proto__` too.
      const report: Disks = Object.create(null);
      for (const [index, disk] of disks.entries()) {
        const sizes = sizesAnswered(disk.mount, answers[index]);
        if (sizes === undefined) continue;
        if ('reason' in sizes) hidden.set(disk.mountPoint, sizes.reason);
        else report[keys[index] ?? disk.key] = { ...namesOf(disk, names), ...sizes };
      }
      remarks.only('disks.hidden', hidden);
      names.tell();
      return report;
    },
    close: () => prober.close(),
  };
}

function namesOf(
  { mount, mountPoint }: DiskMount,
  names: NameBound,
): Pick<Disk, 'file_system' | 'mount_point'> {
  return { file_system: names.bound(mount.fileSystem), mount_point: names.bound(mountPoint) };
}
