/** Disks for people, and for captured systems. */
import { left, right } from '../../base/table.ts';
import { formatBytes, formatPercent } from '../../base/units.ts';
import type { PartDetails } from '../part.ts';
import type { Disks } from './index.ts';

export const disksDetails: PartDetails<Disks> = {
  show: (value) => {
    const rows = Object.entries(value).map(([device, disk]) => [
      device,
      disk.file_system,
      formatBytes(disk.total),
      formatBytes(disk.used),
      formatBytes(disk.free),
      usedShare(Number(disk.used), Number(disk.free)),
      disk.mount_point,
    ]);
    return {
      columns: [
        ...[left('DEVICE'), left('TYPE'), right('TOTAL'), right('USED'), right('FREE')],
        ...[right('USED'), left('MOUNTED ON')],
      ],
      rows,
      ...(rows.length === 0 ? { footer: 'No disks.' } : {}),
    };
  },
  capture: {
    files: [
      { path: 'proc/filesystems' },
      { path: 'proc/partitions' },
      { path: 'proc/self/mountinfo', hide: 'paths' },
    ],
    calls: ['statfs'],
  },
};

/** As df counts it: of what is used or may be filled, without the reserve of root. */
function usedShare(used: number, free: number): string {
  return used + free === 0 ? '' : formatPercent((100 * used) / (used + free));
}
