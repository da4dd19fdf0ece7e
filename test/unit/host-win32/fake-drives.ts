/** Drives of a Windows that a test makes to order. */
import type { VolumeCalls } from '../../../src/host/win32/volumes.ts';

export function bigint(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value, 0);
  return bytes;
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew */
export const kinds = { removable: 2, fixed: 3, remote: 4, cdrom: 5, ramDisk: 6 };

export interface FakeDrive {
  readonly type: number;
  /** Undefined where there is nothing to be read: an empty or a locked drive. */
  readonly fileSystem?: string;
  readonly total?: bigint;
  readonly free?: bigint;
  /** Happens while the drive is asked. */
  readonly onAsked?: () => void;
}

/** `volumes`: the paths at which each volume is mounted. Windows runs from C. */
export function fakeDrives(
  drives: Record<string, FakeDrive>,
  volumes: readonly (readonly string[])[] = [],
): {
  calls: VolumeCalls;
  asked: string[];
  modes: number[];
} {
  const asked: string[] = [];
  const modes: number[] = [];
  let listed = 0;
  const letterOf = (root: Uint8Array): string => Buffer.from(root).toString('utf16le', 0, 2);
  const calls: VolumeCalls = {
    GetLogicalDrives: () =>
      Object.keys(drives).reduce((mask, letter) => mask | (1 << (letter.charCodeAt(0) - 65)), 0),
    GetDriveTypeW: (root) => drives[letterOf(root)]?.type ?? 1,
    GetVolumeInformationW: (root, _name, _size, _serial, _max, _flags, fileSystemName) => {
      asked.push(letterOf(root));
      const { fileSystem, onAsked } = drives[letterOf(root)] ?? {};
      onAsked?.();
      if (fileSystem === undefined) return 0;
      fileSystemName.set(Buffer.from(`${fileSystem}\0`, 'utf16le'));
      return 1;
    },
    GetDiskFreeSpaceExW: (root, freeToCaller, total, totalFree) => {
      const drive = drives[letterOf(root)];
      if (drive?.total === undefined || drive.free === undefined) return 0;
      freeToCaller.set(bigint(drive.free));
      total.set(bigint(drive.total));
      totalFree.set(bigint(drive.free));
      return 1;
    },
    SetThreadErrorMode: (mode, oldMode) => {
      modes.push(mode);
      oldMode?.set([0x04, 0, 0, 0]);
      return 1;
    },
    GetSystemWindowsDirectoryW: (path) => {
      path.set(Buffer.from('C:\\Windows\0', 'utf16le'));
      return 10;
    },
    FindFirstVolumeW: () => {
      listed = 0;
      return volumes.length === 0 ? 2n ** 64n - 1n : 7n;
    },
    FindNextVolumeW: () => {
      listed += 1;
      return listed < volumes.length ? 1 : 0;
    },
    FindVolumeClose: () => 1,
    GetVolumePathNamesForVolumeNameW: (_name, paths, _characters, written) => {
      const text = `${(volumes[listed] ?? []).map((path) => `${path}\0`).join('')}\0`;
      paths.set(Buffer.from(text, 'utf16le'));
      written.set(Uint8Array.of(text.length & 0xff, text.length >> 8, 0, 0));
      return 1;
    },
  };
  return { calls, asked, modes };
}
