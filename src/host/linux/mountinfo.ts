/**
 * /proc/PID/mountinfo: every mount that the process can see, one a line (proc(5)).
 */

export interface Mount {
  readonly id: number;
  /** The mount that this one is mounted on. Not in the list for the topmost. */
  readonly parentId: number;
  /** `major:minor` of the file system's device, as st_dev has it; `0:n` where there is none. */
  readonly deviceNumber: string;
  /** Which folder of the file system is mounted: `/` unless it is a bind mount or a subvolume. */
  readonly root: string;
  readonly mountPoint: string;
  /** The same as the system's bytes, one a character: not every path is UTF-8. */
  readonly mountPointBytes: string;
  /** `ext4`, `fuse.sshfs`. */
  readonly fileSystem: string;
  /** The device as it was named when it was mounted, or any word for what has none. */
  readonly source: string;
}

/**
 * The mounts in the kernel's order. Takes the file decoded as latin1, so that no byte is lost.
 * Lines that are none (a truncated file) are passed over.
 */
export function parseMountinfo(latin1: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of latin1.split('\n')) {
    const mount = parseLine(line);
    if (mount !== undefined) mounts.push(mount);
  }
  return mounts;
}

/** `36 35 98:0 /root /mnt rw,noatime master:1 - ext3 /dev/sda1 rw`; the seventh field repeats 0–n times. */
function parseLine(line: string): Mount | undefined {
  const fields = line.split(' ');
  const separator = fields.indexOf('-', 6);
  if (separator === -1) return undefined;
  const [idText = '', parentText = '', deviceNumber = '', root = '', mountPoint = ''] = fields;
  const [fileSystem = '', source] = fields.slice(separator + 1);
  if (!/^\d+$/.test(idText) || !/^\d+$/.test(parentText) || !/^\d+:\d+$/.test(deviceNumber)) {
    return undefined;
  }
  if (mountPoint === '' || fileSystem === '' || source === undefined) return undefined;
  const mountPointBytes = unescapeOctal(mountPoint);
  return {
    id: Number(idText),
    parentId: Number(parentText),
    deviceNumber,
    root: decodeBytes(unescapeOctal(root)),
    mountPoint: decodeBytes(mountPointBytes),
    mountPointBytes,
    fileSystem: decodeBytes(unescapeOctal(fileSystem)),
    source: decodeBytes(unescapeOctal(source)),
  };
}

function isAscii(latin1: string): boolean {
  for (let index = 0; index < latin1.length; index += 1) {
    if (latin1.charCodeAt(index) > 0x7f) return false;
  }
  return true;
}

/** The kernel writes space, tab, line end, backslash and `#` as `\040` and so on (mangle_path). */
function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Bytes that are no UTF-8 become U+FFFD: what is sent must be text that every receiver takes. */
function decodeBytes(latin1: string): string {
  if (isAscii(latin1)) return latin1;
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

/**
 * The types that need a device of their own, of /proc/filesystems: those without `nodev`, and zfs,
 * which brings its own devices although it is marked `nodev` (as psutil has it).
 */
export function parseFileSystems(text: string): Set<string> {
  const types = new Set<string>();
  for (const line of text.split('\n')) {
    const [mark = '', type = ''] = line.split('\t');
    if (type !== '' && (!mark.startsWith('nodev') || type === 'zfs')) types.add(type);
  }
  return types;
}
