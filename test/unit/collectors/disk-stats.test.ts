import { expect, test } from '@jest/globals';
import { diskStats } from '../../../src/collectors/disks/linux.ts';
import { parseMountinfo } from '../../../src/host/linux/mountinfo.ts';

const [mount] = parseMountinfo('36 35 8:1 / /data rw - ext4 /dev/sda1 rw\n');

function statsOf(figures: { blocks: number; blocksFree: number; blocksAvailable: number }) {
  if (mount === undefined) throw new Error('no mount');
  return diskStats({ mount, mountPoint: '/data' }, { fragmentBytes: 4096, ...figures });
}

test('of a full disk whose reserve is in use nothing is free, and the rest stays as it is', () => {
  const available = Number(BigInt.asUintN(64, -120n));
  expect(statsOf({ blocks: 1000, blocksFree: 30, blocksAvailable: available })).toEqual({
    file_system: 'ext4',
    mount_point: '/data',
    total: 4_096_000,
    used: 3_973_120,
    free: 0,
  });
});

test('a size that no disk has gives no figures', () => {
  expect(statsOf({ blocks: 2 ** 60, blocksFree: 0, blocksAvailable: 0 })).toBeUndefined();
});
