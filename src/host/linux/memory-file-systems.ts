/**
 * Which mounts answer statfs(2) from memory. Everything else may hang for ever, because a server, a
 * daemon, a cluster or a failing disk has to answer first.
 *
 * A dying disk does not hang the ones named here: their counters are in memory while they are
 * mounted, and so are the folders that lead to a mount point.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import type { Mount } from './mountinfo.ts';

/** Each one's statfs sums counters that it keeps while it is mounted, or knows that it is empty. */
const alwaysFromMemory: ReadonlySet<string> = new Set([
  'bcachefs',
  'btrfs',
  'cgroup',
  'cgroup2',
  'cramfs',
  'devpts',
  'devtmpfs',
  'erofs',
  'exfat',
  'ext2',
  'ext3',
  'ext4',
  'f2fs',
  'hfs',
  'hfsplus',
  'iso9660',
  'jfs',
  'nilfs2',
  'ntfs3',
  'proc',
  'ramfs',
  'reiserfs',
  'romfs',
  'squashfs',
  'sysfs',
  'tmpfs',
  'xfs',
]);

/** FAT counts its free clusters on the disk when it is first asked (fat_count_free_clusters). */
const fromDiskAtFirst: ReadonlySet<string> = new Set(['msdos', 'vfat']);

/** Paths lead through these without a question to anybody else. */
const walkedInMemory: ReadonlySet<string> = new Set([
  ...alwaysFromMemory,
  ...fromDiskAtFirst,
  'overlay',
  'rootfs',
  'zfs',
]);

export interface MemoryFileSystemRoots {
  readonly proc: string;
  readonly sys: string;
}

/** True when neither the way to the mount nor its figures need anything but memory. */
export function isAnsweredFromMemory(
  mount: Mount,
  ancestors: readonly Mount[],
  roots: MemoryFileSystemRoots,
): boolean {
  if (!ancestors.every((ancestor) => walkedInMemory.has(ancestor.fileSystem))) return false;
  if (alwaysFromMemory.has(mount.fileSystem)) return true;
  if (fromDiskAtFirst.has(mount.fileSystem)) return !isOnUsb(mount, roots.sys);
  if (mount.fileSystem === 'zfs') return isHealthyPool(mount, roots.proc);
  // Were the root dead, so would this process be: its program lies there.
  return mount.fileSystem === 'overlay' && mount.mountPoint === '/';
}

/** A stick that fails slowly is a common thing; a failing disk inside has other signs. */
function isOnUsb(mount: Mount, sys: string): boolean {
  try {
    return readlinkSync(`${sys}/dev/block/${mount.deviceNumber}`).includes('/usb');
  } catch {
    return false;
  }
}

/**
 * A suspended pool may hold every call on it. OpenZFS tells the state without taking a lock, just
 * for this (module/zfs/spa_stats.c, since 0.8); an older one is not trusted.
 */
function isHealthyPool(mount: Mount, proc: string): boolean {
  const pool = mount.source.split('/', 1)[0] ?? '';
  try {
    const state = readFileSync(`${proc}/spl/kstat/zfs/${pool}/state`, 'utf8').trim();
    return state === 'ONLINE' || state === 'DEGRADED';
  } catch {
    return false;
  }
}
