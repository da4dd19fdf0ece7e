/**
 * File systems that answer statfs(2) from memory, and those whose folders can be walked without
 * asking anybody. Everything else may hang for ever: a server, a daemon or a cluster has to answer.
 *
 * A disk that dies does not hang these: their counters are in memory while they are mounted, and the
 * folders that lead to a mount point are pinned there.
 */
import type { Mount } from './mountinfo.ts';

/** Each one's statfs in fs/<name>/super.c sums counters that it keeps while it is mounted. */
const answersFromMemory: ReadonlySet<string> = new Set([
  'bcachefs',
  'btrfs',
  'cramfs',
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
  'ramfs',
  'reiserfs',
  'romfs',
  'squashfs',
  'tmpfs',
  'xfs',
]);

/** Kernel interfaces and layers: nothing to fill, but paths lead through them. */
const walkedInMemory: ReadonlySet<string> = new Set([
  ...answersFromMemory,
  'cgroup',
  'cgroup2',
  'devtmpfs',
  'msdos',
  'overlay',
  'proc',
  'rootfs',
  'sysfs',
  'vfat',
]);

/** True when neither the way to the mount nor its figures can need anything but memory. */
export function isAnsweredFromMemory(mount: Mount, ancestors: readonly Mount[]): boolean {
  return (
    answersFromMemory.has(mount.fileSystem) &&
    ancestors.every((ancestor) => walkedInMemory.has(ancestor.fileSystem))
  );
}
