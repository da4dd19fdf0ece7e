/** From what statfs(2) says to the sizes of a disk. */
import { exactProduct } from '../../base/exact.ts';
import type { FileSystemBlocks } from '../../host/linux/statfs.ts';
import type { Disk } from './index.ts';

export type Sizes = Pick<Disk, 'total' | 'used' | 'free'>;

/**
 * psutil 5.9's disk_usage: `free` is what others than root may fill, `used` what is not free at all.
 * A full disk whose reserve is in use has less than nothing available, which statfs(2) tells as a
 * number near 2^64: nothing is free then.
 * Undefined for a size that cannot be: less than nothing in use, or more than 64 bits of bytes.
 */
export function sizesOf({
  fragmentBytes,
  blocks,
  blocksFree,
  blocksAvailable,
}: FileSystemBlocks): Sizes | undefined {
  const counts = [blocks, blocks - blocksFree, Math.max(0, signed(blocksAvailable))];
  const isPossible = (count: number): boolean =>
    Number.isSafeInteger(count) && count >= 0 && count * fragmentBytes < 2 ** 64;
  if (!counts.every(isPossible)) return undefined;
  const [total = 0, used = 0, free = 0] = counts.map((count) => exactProduct(count, fragmentBytes));
  return { total, used, free };
}

/** The kernel's counts of blocks are 64 bits without a sign; some file systems mean them with one. */
function signed(blocks: number): number {
  return blocks >= 2 ** 63 ? blocks - 2 ** 64 : blocks;
}
