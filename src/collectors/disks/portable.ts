/**
 * Disks where the kernel is not asked in this process: by df(1) and mount(8) on macOS and the BSDs,
 * and by systeminformation on Windows when the native calls are refused.
 *
 * df is asked by ourselves because systeminformation's `fsSize` blocks the event loop there, and
 * never returns with a dead mount.
 */
import type { Systeminformation } from 'systeminformation';
import { type DfFileSystem, dfArgs, parseDf, parseMountTypes } from '../../host/portable/df.ts';
import { createLibraryCall } from '../../host/portable/library-call.ts';
import { askSystem } from '../../host/portable/system-command.ts';
import type { RunCommand } from '../../host/run-command.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import type { Disk, Disks } from './index.ts';

interface ListedDisk extends Disk {
  readonly device: string;
}

type ListDisks = (signal?: AbortSignal) => Promise<ListedDisk[]>;

export interface PortableDisksOptions {
  /** Tests hand in their own. */
  readonly runCommand?: RunCommand;
}

export function createPortableDisksCollector(
  context: CollectorContext,
  { runCommand }: PortableDisksOptions = {},
): Collector<Disks> {
  const { settings, platform } = context;
  const list =
    platform === 'win32' ? createLibraryList(context) : createDfList(context, runCommand);
  return {
    async collect(signal) {
      const keep = await createFilter(settings.disks_include, settings.disks_exclude, {
        ignoreCase: platform === 'win32',
      });
      const disks = await list(signal);
      return byDevice(disks.filter((disk) => keep(disk.device, disk.mount_point)));
    },
  };
}

/** The first mount of a device is the one that is told. */
function byDevice(list: readonly ListedDisk[]): Disks {
  const disks: Disks = Object.create(null);
  for (const { device, ...disk } of list) disks[device] ??= disk;
  return disks;
}

function createDfList({ deadlineMs }: CollectorContext, runCommand?: RunCommand): ListDisks {
  return async (signal) => {
    const [df, mount] = await Promise.all([
      askSystem({ program: 'df', args: dfArgs, deadlineMs, signal }, runCommand),
      askSystem({ program: 'mount', args: [], deadlineMs, signal }, runCommand),
    ]);
    return disksOfDf(parseDf(df.stdout), parseMountTypes(mount.stdout));
  };
}

/** What a device backs, as psutil has it for macOS, and the data sets of zfs. */
export function disksOfDf(
  fileSystems: readonly DfFileSystem[],
  types: ReadonlyMap<string, string>,
): ListedDisk[] {
  return fileSystems.flatMap(({ source, mountPoint, totalBytes, usedBytes, freeBytes }) => {
    const type = types.get(mountPoint);
    if (type === undefined || (!source.startsWith('/dev/') && type !== 'zfs')) return [];
    return [
      {
        device: source,
        file_system: type,
        mount_point: mountPoint,
        total: totalBytes,
        used: usedBytes,
        free: freeBytes,
      },
    ];
  });
}

function createLibraryList({ clock, deadlineMs }: CollectorContext): ListDisks {
  const readSizes = createLibraryCall({
    name: 'fsSize',
    call: (library) => library.fsSize(),
    clock,
    deadlineMs,
  });
  return async () => disksOfLibrary(await readSizes());
}

/** A drive without a size is an empty one; a figure that is none leaves its drive out. */
export function disksOfLibrary(
  sizes: readonly Pick<
    Systeminformation.FsSizeData,
    'fs' | 'type' | 'size' | 'used' | 'available' | 'mount'
  >[],
): ListedDisk[] {
  return sizes.flatMap(({ fs, type, size, used, available, mount }) => {
    const figures = [size, used, available];
    if (size === 0 || !figures.every((each) => Number.isSafeInteger(each) && each >= 0)) return [];
    return [
      { device: fs, file_system: type, mount_point: mount, total: size, used, free: available },
    ];
  });
}
