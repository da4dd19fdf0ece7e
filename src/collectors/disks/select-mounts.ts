/**
 * From the mounts of a system to the disks of a report: one mount for each file system, one key for
 * each of those. Nothing is overwritten, nothing is counted twice.
 */
import { createMountTree } from '../../host/linux/mount-tree.ts';
import type { Mount } from '../../host/linux/mountinfo.ts';

export interface DiskMount {
  /** On the wire: the device, as the original has it, unless two file systems share its name. */
  readonly key: string;
  /** As the monitored system sees it: without the host root. */
  readonly mountPoint: string;
  readonly mount: Mount;
  /** The mounts that the path to it passes through. */
  readonly ancestors: readonly Mount[];
}

export interface SelectOptions {
  /** Where the monitored system's `/` is: empty, or the host root. */
  readonly mountPrefix: string;
  /** The name of the device behind `/dev/root`, or undefined where the system does not tell. */
  readonly resolveRootDevice: (deviceNumber: string) => string | undefined;
  readonly isWanted: (candidate: Candidate) => boolean;
}

export interface Candidate {
  readonly device: string;
  readonly mountPoint: string;
  readonly mount: Mount;
}

/**
 * The disks, in the order of the mount list. Left out: what is covered by another mount (its path
 * would give the other one's figures), and what has no source to name it by.
 */
export function selectDisks(mounts: readonly Mount[], options: SelectOptions): DiskMount[] {
  const tree = createMountTree(mounts);
  const fileSystems = new Map<string, Candidate[]>();
  for (const mount of mounts) {
    const candidate = candidateOf(mount, options);
    if (candidate === undefined || !options.isWanted(candidate)) continue;
    if (!tree.isReachable(mount)) continue;
    // One file system under two names of its device (a link in /dev) is two disks to psutil.
    const identity = `${mount.deviceNumber} ${candidate.device}`;
    const group = fileSystems.get(identity);
    if (group === undefined) fileSystems.set(identity, [candidate]);
    else group.push(candidate);
  }
  const chosen = [...fileSystems.values()].map((group) => group.reduce(better));
  const keys = keysOf(chosen);
  return chosen.map((candidate, index) => ({
    key: keys[index] ?? candidate.device,
    mountPoint: candidate.mountPoint,
    mount: candidate.mount,
    ancestors: tree.ancestors(candidate.mount),
  }));
}

function candidateOf(mount: Mount, options: SelectOptions): Candidate | undefined {
  const device = deviceOf(mount, options);
  const mountPoint = mountPointBelow(options.mountPrefix, mount.mountPoint);
  // The kernel adds `//deleted` where the folder of the mount point is gone (seq_path_root).
  if (device === '' || mountPoint === undefined || mountPoint.endsWith('//deleted')) {
    return undefined;
  }
  return { device, mountPoint, mount };
}

/** psutil 5.9: the device `none` is no name, and `/dev/root` and `rootfs` are looked up. */
function deviceOf(mount: Mount, { resolveRootDevice }: SelectOptions): string {
  if (mount.source === 'none') return '';
  if (mount.source !== '/dev/root' && mount.source !== 'rootfs') return mount.source;
  return resolveRootDevice(mount.deviceNumber) ?? mount.source;
}

/** `/host/var` below `/host` is `/var`; undefined for what lies elsewhere. */
function mountPointBelow(prefix: string, mountPoint: string): string | undefined {
  if (prefix === '') return mountPoint;
  if (mountPoint === prefix) return '/';
  return mountPoint.startsWith(`${prefix}/`) ? mountPoint.slice(prefix.length) : undefined;
}

/**
 * Of several mounts of one file system (bind mounts, subvolumes, mounted twice) the report names the
 * one that people mean: the system's root, else the whole file system rather than a folder of it,
 * else the shortest path, else the older mount.
 */
function better(best: Candidate, other: Candidate): Candidate {
  const ranks = (one: Candidate): number[] => [
    one.mountPoint === '/' ? 0 : 1,
    one.mount.root === '/' ? 0 : 1,
    one.mountPoint.length,
  ];
  const [ours, others] = [ranks(best), ranks(other)];
  const different = ours.findIndex((rank, index) => rank !== others[index]);
  if (different === -1) return best;
  return (ours[different] ?? 0) < (others[different] ?? 0) ? best : other;
}

/**
 * The device is the key. File systems that share a name (two tmpfs, a disk that was pulled out and
 * another that got its name) leave it to the best of them; the others add their mount point.
 */
function keysOf(candidates: readonly Candidate[]): string[] {
  const holders = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const holder = holders.get(candidate.device);
    holders.set(candidate.device, holder === undefined ? candidate : better(holder, candidate));
  }
  const taken = new Set(holders.keys());
  return candidates.map((candidate) => {
    if (holders.get(candidate.device) === candidate) return candidate.device;
    let key = `${candidate.device} (${candidate.mountPoint})`;
    while (taken.has(key)) key += '*';
    taken.add(key);
    return key;
  });
}
