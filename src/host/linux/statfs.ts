/**
 * How full a file system is (statfs(2), statvfs(3)), asked of the kernel in this process.
 */
import { statfsSync } from 'node:fs';
import { wrapSystemError } from '../../base/errors.ts';

/** In units of `fragmentBytes`, as statvfs(3) counts blocks. */
export interface FileSystemBlocks {
  readonly fragmentBytes: number;
  readonly blocks: number;
  readonly blocksFree: number;
  /** Free to those who are not root. */
  readonly blocksAvailable: number;
}

export type ReadFileSystemBlocks = (mountPointBytes: string) => FileSystemBlocks;

/**
 * Throws a MonitorError: PERMISSION, NOT_AVAILABLE (unmounted meanwhile). It must be called for file
 * systems alone that answer from memory: a dead one would hold this thread for ever.
 */
export function readFileSystemBlocks(mountPointBytes: string): FileSystemBlocks {
  try {
    const figures = statfsSync(Buffer.from(mountPointBytes, 'latin1'));
    return {
      // Blocks are counted in f_frsize. f_bsize is the size of a good transfer, and larger on some
      // network and FUSE file systems. libuv gives f_frsize since 1.52; the kernel itself sets it
      // to f_bsize where a file system sets none (statfs_by_dentry), as all local ones do.
      fragmentBytes: figures.frsize ?? figures.bsize,
      blocks: figures.blocks,
      blocksFree: figures.bfree,
      blocksAvailable: figures.bavail,
    };
  } catch (error) {
    throw wrapSystemError(`statfs ${Buffer.from(mountPointBytes, 'latin1').toString()}`, error);
  }
}

/** What `stat -f -c '%S %b %f %a'` prints, and the probe command; undefined for anything else. */
export function parseBlocks(text: string): FileSystemBlocks | undefined {
  const match = /^(\d{1,20}) (\d{1,20}) (\d{1,20}) (\d{1,20})\n$/.exec(text);
  if (match === null) return undefined;
  const [fragmentBytes = 0, blocks = 0, blocksFree = 0, blocksAvailable = 0] = match
    .slice(1)
    .map(Number);
  return { fragmentBytes, blocks, blocksFree, blocksAvailable };
}

/** The line that `parseBlocks` reads. */
export function formatBlocks(figures: FileSystemBlocks): string {
  const { fragmentBytes, blocks, blocksFree, blocksAvailable } = figures;
  return `${fragmentBytes} ${blocks} ${blocksFree} ${blocksAvailable}\n`;
}
