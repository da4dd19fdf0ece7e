/** Drives with a letter: what kind they are, how they are formatted, how full they are. */

import { openLibrary, refused } from './native-library.ts';
import { createNativeMemory, wideString } from './native-memory.ts';

export interface Drive {
  /** `C:\` */
  readonly root: string;
  /** Its medium can be taken out: a card reader, a USB stick, a CD drive. */
  readonly isExchangeable: boolean;
}

export interface Volume {
  /** `C:\` */
  readonly root: string;
  /** `NTFS`, `FAT32`, `UDF` */
  readonly fileSystem: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew */
const removable = 2;
const fixed = 3;
const cdrom = 5;

/** https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-setthreaderrormode */
const failCriticalErrors = 0x0001;
const noOpenFileErrorBox = 0x8000;

/** MAX_PATH + 1 characters, as GetVolumeInformationW asks for. */
const nameBufferLength = 261 * 2;

export interface VolumeCalls {
  GetLogicalDrives(): number;
  GetDriveTypeW(root: Uint8Array): number;
  GetVolumeInformationW(
    root: Uint8Array,
    volumeName: null,
    volumeNameSize: number,
    serialNumber: null,
    maximumComponentLength: null,
    flags: null,
    fileSystemName: Uint8Array,
    fileSystemNameSize: number,
  ): number;
  GetDiskFreeSpaceExW(
    root: Uint8Array,
    freeToCaller: Uint8Array,
    total: Uint8Array,
    totalFree: Uint8Array,
  ): number;
  SetThreadErrorMode(mode: number, oldMode: Uint8Array | null): number;
}

export function loadVolumeCalls(): Promise<VolumeCalls> {
  return openLibrary('kernel32.dll', {
    GetLogicalDrives: { arguments: [], return: 'uint32' },
    GetDriveTypeW: { arguments: ['pointer'], return: 'uint32' },
    GetVolumeInformationW: {
      arguments: [
        'pointer',
        'pointer',
        'uint32',
        'pointer',
        'pointer',
        'pointer',
        'pointer',
        'uint32',
      ],
      return: 'int32',
    },
    GetDiskFreeSpaceExW: {
      arguments: ['pointer', 'pointer', 'pointer', 'pointer'],
      return: 'int32',
    },
    SetThreadErrorMode: { arguments: ['uint32', 'pointer'], return: 'int32' },
  });
}

/**
 * Root folders of the drives in GetLogicalDrives' mask: bit 0 is `A:\`.
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getlogicaldrives
 */
export function driveRoots(mask: number): string[] {
  return Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    .filter((_letter, bit) => ((mask >>> bit) & 1) === 1)
    .map((letter) => `${letter}:\\`);
}

/**
 * Reads the three ULARGE_INTEGERs of GetDiskFreeSpaceExW. Under a disk quota the total is the
 * caller's share, and may then be less than what is free on the whole volume; only the caller's
 * own free bytes go with it. Throws MALFORMED.
 */
export function parseDiskSpace(
  freeToCaller: Uint8Array,
  total: Uint8Array,
  totalFree: Uint8Array,
): { readonly totalBytes: number; readonly freeBytes: number } {
  const totalBytes = createNativeMemory('total bytes', total).count(0);
  const freeBytes = createNativeMemory('total free bytes', totalFree).count(0);
  if (freeBytes <= totalBytes) return { totalBytes, freeBytes };
  const callersFreeBytes = createNativeMemory('free bytes', freeToCaller).count(0);
  return { totalBytes, freeBytes: Math.min(callersFreeBytes, totalBytes) };
}

/**
 * The fixed, removable and optical drives: what psutil.disk_partitions() of 5.9 lists. Network and
 * memory drives are left out as it leaves them out, and so is `A:\`, because asking a floppy drive
 * takes seconds. Throws NOT_AVAILABLE.
 */
export function listDrives(calls: VolumeCalls): Drive[] {
  const mask = calls.GetLogicalDrives();
  if (mask === 0) throw refused('GetLogicalDrives', 'it reports no drive');
  return driveRoots(mask).flatMap((root) => {
    const type = calls.GetDriveTypeW(wideString(root));
    const isExchangeable = type === cdrom || (type === removable && root !== 'A:\\');
    return type === fixed || isExchangeable ? { root, isExchangeable } : [];
  });
}

/**
 * One volume, or undefined when there is nothing to be read: no medium in the drive, a locked or
 * unformatted volume, a reader without a card. Throws MALFORMED.
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getvolumeinformationw
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdiskfreespaceexw
 */
export function readVolume(calls: VolumeCalls, root: string): Volume | undefined {
  return withoutDialogs(calls, () => {
    const path = wideString(root);
    const name = Buffer.alloc(nameBufferLength);
    const characters = nameBufferLength / 2;
    if (calls.GetVolumeInformationW(path, null, 0, null, null, null, name, characters) === 0) {
      return undefined;
    }
    const [freeToCaller, total, totalFree] = [
      Buffer.alloc(8),
      Buffer.alloc(8),
      Buffer.alloc(8),
    ] as const;
    if (calls.GetDiskFreeSpaceExW(path, freeToCaller, total, totalFree) === 0) return undefined;
    return {
      root,
      fileSystem: createNativeMemory('file system name', name).textToNul(0, nameBufferLength),
      ...parseDiskSpace(freeToCaller, total, totalFree),
    };
  });
}

/** Otherwise Windows may ask the person at the screen to insert a disk, and wait for it. */
function withoutDialogs<Value>(calls: VolumeCalls, body: () => Value): Value {
  const oldMode = Buffer.alloc(4);
  const quiet = calls.SetThreadErrorMode(failCriticalErrors | noOpenFileErrorBox, oldMode) !== 0;
  try {
    return body();
  } finally {
    if (quiet) calls.SetThreadErrorMode(oldMode.readUInt32LE(0), null);
  }
}
