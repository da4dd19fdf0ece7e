/**
 * Mounted file systems that a device backs, by device.
 *
 * Each system supplies, with psutil 5.9 as the measure, the type of the file system, the mount
 * point, and the bytes that statvfs tells. `disks_include` and `disks_exclude` are matched against
 * the device and the mount point.
 */
import type { Disks } from '../../wire/stats.ts';
import type { CollectorTable } from '../collector.ts';

export const disksCollectors: CollectorTable<Disks> = {
  linux: async () => (await import('./linux.ts')).createLinuxDisksCollector,
  win32: async () => (await import('./win32.ts')).createWin32DisksCollector,
  portable: async () => (await import('./portable.ts')).createPortableDisksCollector,
};
