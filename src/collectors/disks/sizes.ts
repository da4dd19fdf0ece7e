/** From what statfs(2) says to the sizes of a disk. */
import { exactProduct } from '../../base/exact.ts';
import type { Mount } from '../../host/linux/mountinfo.ts';
import type { MountAnswer } from '../../host/linux/probe-child.ts';
import type { FileSystemBlocks } from '../../host/linux/statfs.ts';
import type { Disk } from './index.ts';

/**
 * The sizes that a mount answered with, or why there are none, as a clause. Undefined where it has
 * not answered, which is told of it elsewhere, and where it is gone.
 */
export function sizesAnswered(
  { fileSystem }: Pick<Mount, 'fileSystem'>,
  answer: MountAnswer | undefined,
): Sizes | { readonly reason: string } | undefined {
  if (answer === undefined) return undefined;
  if ('reason' in answer) return /^No such file|ENOENT/.test(answer.reason) ? undefined : answer;
  const { blocks } = answer;
  // The kernel answers 0 for every figure to whom a private mount is closed (fuse_statfs).
  if (blocks.blocks === 0 && /^fuse/.test(fileSystem)) return { reason: tellsNothing };
  return sizesOf(blocks) ?? { reason: 'its size cannot be true' };
}

const tellsNothing =
  'it tells no size; it may be closed to other users than the one who mounted it';

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
