/** Which of a Linux system's mounts are its disks. */
import { readFileSync } from 'node:fs';
import { MonitorError, wrapSystemError } from '../../base/errors.ts';
import { readKernelFile } from '../../host/linux/files.ts';
import { type Mount, parseFileSystems, parseMountinfo } from '../../host/linux/mountinfo.ts';
import { findRootDevice } from '../../host/linux/root-device.ts';
import type { CollectorContext } from '../collector.ts';
import type { Filter } from '../filter.ts';
import { createTimeSlice } from '../time-slice.ts';
import { type Candidate, type DiskMount, selectDisks } from './select-mounts.ts';

/** Parsed in some milliseconds. A host of many containers has megabytes of mounts. */
const pieceCharacters = 131_072;

/**
 * The disks of this system. Its mounts rarely change: an unchanged list is not worked through again.
 * Throws a MonitorError when the list cannot be read, or nothing is mounted at the host root.
 */
export function createDiskList(
  { clock, roots, settings }: CollectorContext,
  exists: (path: string) => boolean,
): (keep: Filter) => Promise<readonly DiskMount[]> {
  let lastSource = '';
  let disks: readonly DiskMount[] = [];

  return async (keep) => {
    const mountinfo = readLatin1(`${roots.proc}/self/mountinfo`);
    const fileSystems = readKernelFile(`${roots.proc}/filesystems`);
    const source = `${fileSystems}\0${mountinfo}`;
    if (source === lastSource) return disks;
    const deviceTypes = parseFileSystems(fileSystems);
    const wanted = settings.disks_include.length > 0 ? isFillable : backedByDevice(deviceTypes);
    const slice = createTimeSlice(clock);
    const mounts: Mount[] = [];
    for (const piece of piecesOf(mountinfo)) {
      mounts.push(...parseMountinfo(piece));
      if (slice.used()) await slice.pause();
    }
    disks = selectDisks(mounts, {
      mountPrefix: roots.mountPrefix,
      resolveRootDevice: (deviceNumber) => {
        const path = findRootDevice(deviceNumber, roots);
        return path !== undefined && exists(`${roots.mountPrefix}${path}`) ? path : undefined;
      },
      isWanted: (candidate) => wanted(candidate) && keep(candidate.device, candidate.mountPoint),
    });
    if (roots.mountPrefix !== '' && !mounts.some((one) => isBelow(roots.mountPrefix, one))) {
      throw hostRootNotMounted(roots.mountPrefix);
    }
    lastSource = source;
    return disks;
  };
}

function isBelow(prefix: string, { mountPoint }: Mount): boolean {
  return `${mountPoint}/`.startsWith(`${prefix}/`);
}

function hostRootNotMounted(prefix: string): MonitorError {
  return new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: 'list the disks',
    reason: `no file system is mounted at ${prefix}`,
    hint: `Mount the host's root there, with everything below it: docker run -v /:${prefix}:ro,rslave`,
  });
}

/** What the original sends: network file systems and those of the kernel have no device. */
function backedByDevice(deviceTypes: ReadonlySet<string>): (candidate: Candidate) => boolean {
  return ({ mount }) => deviceTypes.has(mount.fileSystem);
}

/** A user may ask for any mount by its pattern; an autofs is a trap that asking would spring. */
function isFillable({ mount }: Candidate): boolean {
  return mount.fileSystem !== 'autofs';
}

function readLatin1(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    throw wrapSystemError(`read ${path}`, error);
  }
}

/** Whole lines, some of them at a time. */
function* piecesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const lineEnd = text.indexOf('\n', start + pieceCharacters);
    const end = lineEnd === -1 ? text.length : lineEnd + 1;
    yield text.slice(start, end);
    start = end;
  }
}
