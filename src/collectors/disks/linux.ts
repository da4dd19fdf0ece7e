/**
 * The mounted disks of a Linux system, with psutil 5.9's meanings: which mounts count as disks, and
 * statvfs(3)'s figures of each.
 *
 *   mountinfo ─▶ backed by a device? covered? one for each file system ─▶ statfs ─▶ one key each
 */
import { readFileSync } from 'node:fs';
import { errorMessage, wrapSystemError } from '../../base/errors.ts';
import { isAnsweredFromMemory } from '../../host/linux/memory-file-systems.ts';
import { type Mount, parseFileSystems, parseMountinfo } from '../../host/linux/mountinfo.ts';
import { findRootDevice } from '../../host/linux/root-device.ts';
import {
  type FileSystemBlocks,
  type ReadFileSystemBlocks,
  readFileSystemBlocks,
} from '../../host/linux/statfs.ts';
import type { DiskStats, Disks } from '../../wire/stats.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { selectDisks } from './select-mounts.ts';

export interface LinuxDisksOptions {
  /** In place of the kernel's answer: for captured systems. */
  readonly readBlocks?: ReadFileSystemBlocks;
}

/**
 * `collect` throws a MonitorError when the list of mounts cannot be read. A disk that cannot be
 * asked (no permission, unmounted meanwhile) is left out.
 */
export function createLinuxDisksCollector(
  context: CollectorContext,
  { readBlocks = readFileSystemBlocks }: LinuxDisksOptions = {},
): Collector<Disks> {
  const { roots, logger } = context;

  return {
    async collect() {
      const mounts = readMounts(roots.proc);
      const deviceTypes = parseFileSystems(readText(`${roots.proc}/filesystems`, 'utf8'));
      const disks: Disks = {};
      for (const { key, mount, ancestors } of selectDisks(mounts, {
        deviceTypes,
        resolveRootDevice: (deviceNumber) => findRootDevice(deviceNumber, roots),
        isWanted: (_device, _mount, backedByDevice) => backedByDevice,
      })) {
        if (!isAnsweredFromMemory(mount, ancestors)) continue;
        try {
          disks[key] = diskStats(mount, readBlocks(mount.mountPointBytes));
        } catch (error) {
          logger.debug('disk left out', {
            mount_point: mount.mountPoint,
            reason: errorMessage(error),
          });
        }
      }
      return disks;
    },
  };
}

function readMounts(proc: string): Mount[] {
  return parseMountinfo(readText(`${proc}/self/mountinfo`, 'latin1'));
}

function readText(path: string, encoding: 'utf8' | 'latin1'): string {
  try {
    return readFileSync(path, encoding);
  } catch (error) {
    throw wrapSystemError(`read ${path}`, error);
  }
}

/** psutil 5.9's disk_usage: `free` is what others than root may fill, `used` what is not free at all. */
export function diskStats(mount: Mount, blocks: FileSystemBlocks): DiskStats {
  return {
    file_system: mount.fileSystem,
    mount_point: mount.mountPoint,
    total: blocks.blocks * blocks.fragmentBytes,
    used: (blocks.blocks - blocks.blocksFree) * blocks.fragmentBytes,
    free: blocks.blocksAvailable * blocks.fragmentBytes,
  };
}
