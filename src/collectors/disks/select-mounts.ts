/**
 * From the mounts of a system to the disks of a report: one mount for each file system, one key for
 * each of those. Nothing is overwritten, nothing is counted twice.
 */

import { createMountTree } from '../../host/linux/mount-tree.ts';
import type { Mount } from '../../host/linux/mountinfo.ts';

export interface DiskMount {
  /** The key on the wire: the device, as the original has it, unless two file systems share its name. */
  readonly key: string;
  readonly device: string;
  readonly mount: Mount;
  /** The mounts that the path to it passes through. */
  readonly ancestors: readonly Mount[];
}

export interface SelectOptions {
  /** Types that count as disks: those backed by a device. */
  readonly deviceTypes: ReadonlySet<string>;
  /** The name of the device behind `/dev/root`, or undefined where the system does not tell. */
  readonly resolveRootDevice: (deviceNumber: string) => string | undefined;
  /** Mounts that the user wants although they have no device, and does not want although they have. */
  readonly isWanted: (device: string, mount: Mount, backedByDevice: boolean) => boolean;
}

/**
 * The disks, in the order of the mount list. Left out: what is covered by another mount (its path
 * would give the other one's figures), and what has no source to name it by.
 */
export function selectDisks(mounts: readonly Mount[], options: SelectOptions): DiskMount[] {
  const tree = createMountTree(mounts);
  const fileSystems = new Map<string, { device: string; mounts: Mount[] }>();
  for (const mount of mounts) {
    const device = deviceOf(mount, options);
    if (device === '') continue;
    if (!options.isWanted(device, mount, options.deviceTypes.has(mount.fileSystem))) continue;
    if (mount.mountPoint.endsWith('//deleted') || !tree.isReachable(mount)) continue;
    // The same file system under two names of its device (a link in /dev) is two disks to psutil.
    const identity = `${mount.deviceNumber} ${device}`;
    const group = fileSystems.get(identity);
    if (group === undefined) fileSystems.set(identity, { device, mounts: [mount] });
    else group.mounts.push(mount);
  }
  const chosen = [...fileSystems.values()].map(({ device, mounts: all }) => ({
    device,
    mount: all.reduce((best, mount) => (isBetter(mount, best) ? mount : best)),
  }));
  return withKeys(chosen).map((disk) => ({ ...disk, ancestors: tree.ancestors(disk.mount) }));
}

/** psutil 5.9: the device `none` is no name, and `/dev/root` and `rootfs` are looked up. */
function deviceOf(mount: Mount, { resolveRootDevice }: SelectOptions): string {
  if (mount.source === 'none') return '';
  if (mount.source !== '/dev/root' && mount.source !== 'rootfs') return mount.source;
  return resolveRootDevice(mount.deviceNumber) ?? mount.source;
}

/**
 * Of several mounts of one file system (bind mounts, subvolumes, mounted twice) the report names the
 * one that people mean: the system's root, else the whole file system rather than a folder of it,
 * else the shortest path, else the older mount.
 */
function isBetter(mount: Mount, than: Mount): boolean {
  const rank = (one: Mount): number[] => [
    one.mountPoint === '/' ? 0 : 1,
    one.root === '/' ? 0 : 1,
    one.mountPoint.length,
  ];
  const ranks = rank(mount);
  const others = rank(than);
  const different = ranks.findIndex((value, index) => value !== others[index]);
  return different !== -1 && (ranks[different] ?? 0) < (others[different] ?? 0);
}

/**
 * The device is the key. File systems that share a name (two tmpfs, a disk that was pulled out and
 * another that got its name) keep it for the best of them; the others add their mount point.
 */
function withKeys(
  disks: readonly { device: string; mount: Mount }[],
): Omit<DiskMount, 'ancestors'>[] {
  const holders = new Map<string, Mount>();
  for (const { device, mount } of disks) {
    const holder = holders.get(device);
    if (holder === undefined || isBetter(mount, holder)) holders.set(device, mount);
  }
  const taken = new Set(holders.keys());
  return disks.map(({ device, mount }) => {
    if (holders.get(device) === mount) return { key: device, device, mount };
    let key = `${device} (${mount.mountPoint})`;
    while (taken.has(key)) key += '*';
    taken.add(key);
    return { key, device, mount };
  });
}
