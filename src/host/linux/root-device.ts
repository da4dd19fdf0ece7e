/**
 * The device behind `/dev/root`, the name that a kernel without an initramfs gives to its root.
 * psutil 5.9 (RootFsDeviceFinder) asks /proc/partitions and then /sys/dev/block; its third source,
 * /sys/class/block, lists the same devices as the second.
 */
import { readFileSync } from 'node:fs';

export interface RootDeviceOptions {
  readonly proc: string;
  readonly sys: string;
}

/** `/dev/<name>` for a device number such as `8:1`; undefined where the kernel names none (btrfs). */
export function findRootDevice(
  deviceNumber: string,
  { proc, sys }: RootDeviceOptions,
): string | undefined {
  const name =
    findPartition(readIfThere(`${proc}/partitions`), deviceNumber) ??
    parseDeviceName(readIfThere(`${sys}/dev/block/${deviceNumber}/uevent`));
  return name === undefined ? undefined : `/dev/${name}`;
}

/** The name in the fourth column of /proc/partitions (major minor #blocks name). */
export function findPartition(partitions: string, deviceNumber: string): string | undefined {
  for (const line of partitions.split('\n')) {
    const [major, minor, blocks, name] = line.trim().split(/\s+/);
    if (blocks !== undefined && `${major}:${minor}` === deviceNumber) return name;
  }
  return undefined;
}

/** `DEVNAME=` of a device's uevent file. */
export function parseDeviceName(uevent: string): string | undefined {
  return /^DEVNAME=(\S+)$/m.exec(uevent)?.[1];
}

/** Either source may be missing (no sysfs, a container): the other one, or none, answers then. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
