/**
 * `df -k -P -n` and `mount` of macOS and the BSDs. -n takes the figures that the kernel has already
 * and asks no server, so that a dead mount stops neither (df(1) there).
 */

export interface DfFileSystem {
  /** A device, a pool's data set, or `server:/path`. */
  readonly source: string;
  readonly mountPoint: string;
  readonly totalBytes: number;
  readonly usedBytes: number;
  /** To those who are not root. It is below zero when root uses the reserve; 0 is told then. */
  readonly freeBytes: number;
}

export const dfArgs: readonly string[] = ['-k', '-P', '-n'];

/** Spaces may be in the first and the last column: the numbers between them hold the line. */
export function parseDf(text: string): DfFileSystem[] {
  const fileSystems: DfFileSystem[] = [];
  for (const line of text.split('\n')) {
    const match = /^(\S.*?)\s+(\d{1,13})\s+(\d{1,13})\s+(-?\d{1,13})\s+(?:\d+%|-)\s+(\/.*)$/.exec(
      line,
    );
    if (match === null) continue;
    const [, source = '', total, used, free, mountPoint = ''] = match;
    fileSystems.push({
      source,
      mountPoint,
      totalBytes: Number(total) * 1024,
      usedBytes: Number(used) * 1024,
      freeBytes: Math.max(0, Number(free) * 1024),
    });
  }
  return fileSystems;
}

/**
 * The types of the mounted file systems by mount point, from lines such as
 * `/dev/disk3s5 on /System/Volumes/Data (apfs, local)` (macOS, FreeBSD) and
 * `/dev/sd0a on / type ffs (local)` (OpenBSD, NetBSD).
 */
export function parseMountTypes(text: string): Map<string, string> {
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = / on (\/.*?)(?: type (\S+))? \(([^(),]*)[^()]*\)$/.exec(line);
    if (match === null) continue;
    const [, mountPoint = '', named, first = ''] = match;
    types.set(mountPoint, named ?? first.trim());
  }
  return types;
}
