/**
 * `df -k -P -l` and `mount` of macOS and the BSDs: the disks of this machine, with figures of now.
 * With -n df would print what the kernel remembers, however old.
 *
 * df of macOS 12 to 15 asks every mount, network disks too, how much it uses before it prints a line
 * (update_maxwidths in https://github.com/apple-oss-distributions/file_cmds/blob/main/df/df.c), so
 * that a dead one stops it. mount(8) takes its list from memory (MNT_NOWAIT) and stops for nobody.
 */

import { MonitorError } from '../../base/errors.ts';

export interface DfFileSystem {
  /** A device, a pool's data set, or `server:/path`. */
  readonly source: string;
  readonly mountPoint: string;
  readonly totalBytes: number;
  readonly usedBytes: number;
  /** To those who are not root. It is below zero when root uses the reserve; 0 is told then. */
  readonly freeBytes: number;
}

export const dfArgs: readonly string[] = ['-k', '-P', '-l'];

/** `/dev/disk3s5 482797652 251658240 210000000 55% [1757 4881965 0%] /System/Volumes/Data` */
const row =
  /^(\S.*?)\s+(\d{1,13})\s+(\d{1,13})\s+(-?\d{1,13})\s+(?:\d+%|-)\s+(?:\d+\s+\d+\s+(?:\d+%|-)\s+)?(\/.*)$/;

/**
 * Spaces may be in the first and the last column: the numbers between them hold the line. Throws
 * MALFORMED when the heading does not say how large a block is.
 */
export function parseDf(text: string): DfFileSystem[] {
  const [heading = '', ...lines] = text.split('\n');
  const blockBytes = parseBlockBytes(heading);
  const fileSystems: DfFileSystem[] = [];
  for (const line of lines) {
    const match = row.exec(line);
    if (match === null) continue;
    const [, source = '', total, used, free, mountPoint = ''] = match;
    fileSystems.push({
      source,
      mountPoint,
      totalBytes: Number(total) * blockBytes,
      usedBytes: Number(used) * blockBytes,
      freeBytes: Math.max(0, Number(free) * blockBytes),
    });
  }
  return fileSystems;
}

/** `1024-blocks`, `1K-blocks`; `512-blocks` where the environment or an old df insists. */
function parseBlockBytes(heading: string): number {
  const [, size, unit] = /\b(512|1024|1)(K?)-blocks\b/.exec(heading) ?? [];
  if (size === undefined || (size === '1') !== (unit === 'K')) {
    throw new MonitorError({
      code: 'MALFORMED',
      operation: 'parse df',
      reason: `no size of a block in the heading "${heading.slice(0, 100)}"`,
    });
  }
  return unit === 'K' ? 1024 : Number(size);
}

export interface ListedMount {
  /** A device, a pool's data set, or `server:/path`. */
  readonly source: string;
  readonly mountPoint: string;
  readonly fileSystem: string;
  /** MNT_LOCAL: no server stands behind it. */
  readonly isLocal: boolean;
}

/**
 * The mounted file systems, from lines such as
 * `/dev/disk3s5 on /System/Volumes/Data (apfs, local)` (macOS, FreeBSD) and
 * `/dev/sd0a on / type ffs (local)` (OpenBSD, NetBSD).
 */
export function parseMounts(text: string): ListedMount[] {
  const mounts: ListedMount[] = [];
  for (const line of text.split('\n')) {
    const match = /^(.+?) on (\/.*?)(?: type (\S+))? \(([^()]*)\)$/.exec(line);
    if (match === null) continue;
    const [, source = '', mountPoint = '', named, words = ''] = match;
    const options = words.split(',').map((word) => word.trim());
    const [first = ''] = options;
    const isLocal = options.includes('local');
    mounts.push({ source, mountPoint, fileSystem: named ?? first, isLocal });
  }
  return mounts;
}
