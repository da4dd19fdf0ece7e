/**
 * Drives with a letter, and volumes without one that are mounted in a folder: what kind they are, how
 * they are formatted, how full they are.
 */

import type { Exact } from '../../base/exact.ts';
import { createNativeMemory, wideString } from '../native-memory.ts';
import { openLibrary, refused } from './native-library.ts';

export interface Volume {
  /** `C:\`, or `C:\Data\` */
  readonly root: string;
  /** `NTFS`, `FAT32`, `UDF` */
  readonly fileSystem: string;
  readonly totalBytes: Exact;
  readonly freeBytes: Exact;
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

/** Paths of one volume: no path is longer than 32 767 characters. */
const pathsCharacters = 32_768;
const invalidHandle = 0xffff_ffff_ffff_ffffn;
/** More volumes than that are none that a machine has. */
const volumesMax = 1024;

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
  GetSystemWindowsDirectoryW(path: Uint8Array, characters: number): number;
  FindFirstVolumeW(name: Uint8Array, characters: number): bigint;
  FindNextVolumeW(search: bigint, name: Uint8Array, characters: number): number;
  FindVolumeClose(search: bigint): number;
  GetVolumePathNamesForVolumeNameW(
    name: Uint8Array,
    paths: Uint8Array,
    characters: number,
    charactersWritten: Uint8Array,
  ): number;
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
    GetSystemWindowsDirectoryW: { arguments: ['pointer', 'uint32'], return: 'uint32' },
    FindFirstVolumeW: { arguments: ['pointer', 'uint32'], return: 'pointer' },
    FindNextVolumeW: { arguments: ['pointer', 'pointer', 'uint32'], return: 'int32' },
    FindVolumeClose: { arguments: ['pointer'], return: 'int32' },
    GetVolumePathNamesForVolumeNameW: {
      arguments: ['pointer', 'pointer', 'uint32', 'pointer'],
      return: 'int32',
    },
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
): Pick<Volume, 'totalBytes' | 'freeBytes'> {
  const totalBytes = createNativeMemory('total bytes', total).counter(0);
  const freeBytes = createNativeMemory('total free bytes', totalFree).counter(0);
  if (freeBytes <= totalBytes) return { totalBytes, freeBytes };
  const callersFreeBytes = createNativeMemory('free bytes', freeToCaller).counter(0);
  if (callersFreeBytes <= totalBytes) return { totalBytes, freeBytes: callersFreeBytes };
  return { totalBytes, freeBytes: totalBytes };
}

/** The roots of all drives; no drive is touched. Throws NOT_AVAILABLE. */
export function listDrives(calls: VolumeCalls): string[] {
  const mask = calls.GetLogicalDrives();
  if (mask === 0) throw refused('GetLogicalDrives', 'it reports no drive');
  return driveRoots(mask);
}

/**
 * The volume of a fixed, removable or optical drive: what psutil.disk_partitions() of 5.9 lists. A
 * drive that `subst` made is one of them. Network and memory drives are left out as it leaves them
 * out, and so is `A:\`, because asking a floppy drive takes seconds. Undefined as for `readVolume`.
 * Even the kind of a drive may be long in coming. Throws MALFORMED.
 */
export function readDrive(calls: VolumeCalls, root: string): Volume | undefined {
  const type = calls.GetDriveTypeW(wideString(root));
  const isWanted = type === fixed || type === cdrom || (type === removable && root !== 'A:\\');
  return isWanted ? readVolume(calls, root) : undefined;
}

/** `C:\`, the drive that Windows runs from; undefined where it does not tell. */
export function readSystemDrive(calls: VolumeCalls): string | undefined {
  const path = Buffer.alloc(nameBufferLength);
  const characters = calls.GetSystemWindowsDirectoryW(path, nameBufferLength / 2);
  const text = path.toString('utf16le', 0, Math.min(characters * 2, path.length));
  return /^[A-Z]:\\/i.exec(text)?.[0].toUpperCase();
}

/**
 * Where volumes without a letter are mounted: `C:\Data\`, for each its shortest path. The mount
 * manager knows them by heart; no volume is touched.
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getvolumepathnamesforvolumenamew
 */
export function listMountedFolders(calls: VolumeCalls): string[] {
  const folders: string[] = [];
  const name = Buffer.alloc(nameBufferLength);
  const search = calls.FindFirstVolumeW(name, nameBufferLength / 2);
  if (BigInt.asUintN(64, search) === invalidHandle) return folders;
  try {
    for (let count = 0; count < volumesMax; count += 1) {
      const paths = pathsOf(calls, name);
      const [shortest] = paths.toSorted((one, other) => one.length - other.length);
      // A drive's root, `C:\`, is listed with the drives.
      if (shortest !== undefined && shortest.length > 3) folders.push(shortest);
      if (calls.FindNextVolumeW(search, name, nameBufferLength / 2) === 0) break;
    }
  } finally {
    calls.FindVolumeClose(search);
  }
  return folders.sort();
}

function pathsOf(calls: VolumeCalls, name: Uint8Array): string[] {
  const paths = Buffer.alloc(pathsCharacters * 2);
  const written = Buffer.alloc(4);
  if (calls.GetVolumePathNamesForVolumeNameW(name, paths, pathsCharacters, written) === 0)
    return [];
  const text = paths.toString('utf16le', 0, Math.min(written.readUInt32LE(0) * 2, paths.length));
  return text
    .toWellFormed()
    .split('\0')
    .filter((path) => path !== '');
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
