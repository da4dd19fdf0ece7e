/**
 * Mounted file systems that a device backs, by device.
 *
 * Each system supplies, with psutil 5.9 as the measure, the type of the file system, the mount
 * point, and the bytes that statvfs tells. `disks_include` and `disks_exclude` are matched against
 * the device and the mount point.
 */
import type { DiskStats, Disks as SentDisks } from '../../wire/stats.ts';
import { emptyOrOk, type Same, type SentRow } from '../part.ts';

export type Disk = DiskStats;
export type Disks = SentDisks;

export const disks: SentRow<Disks, SentDisks> = {
  summary: 'mounted disks and their space',
  flags: { include: 'disks_include', exclude: 'disks_exclude', 'host-root': 'host_root' },
  collectors: {
    linux: async () => (await import('./linux.ts')).createLinuxDisksCollector,
    win32: async () => (await import('./win32.ts')).createWin32DisksCollector,
    portable: async () => (await import('./portable.ts')).createPortableDisksCollector,
  },
  judge: emptyOrOk,
  details: async () => (await import('./details.ts')).disksDetails,
  toWire: (value: Same<Disks, SentDisks>) => value,
  whenFailed: {},
};
