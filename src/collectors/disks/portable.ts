/**
 * Disks where the kernel is not asked in this process: by df(1) and mount(8) on macOS and the BSDs
 * (df-list.ts), and by systeminformation on Windows when the native calls are refused.
 */
import type { Systeminformation } from 'systeminformation';
import { createLibraryCall } from '../../host/portable/library-call.ts';
import type { RunCommand } from '../../host/run-command.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import { createNameBound, type NameBound } from '../name-bound.ts';
import { createDfList, type DiskSource, type ListedDisk } from './df-list.ts';
import type { Disk, Disks } from './index.ts';

export interface PortableDisksOptions {
  /** Tests hand in their own. */
  readonly runCommand?: RunCommand;
}

export function createPortableDisksCollector(
  context: CollectorContext,
  { runCommand }: PortableDisksOptions = {},
): Collector<Disks> {
  const { settings, platform } = context;
  const source =
    platform === 'win32' ? createLibraryList(context) : createDfList(context, runCommand);
  return {
    async collect(signal) {
      const keep = await createFilter(settings.disks_include, settings.disks_exclude, {
        ignoreCase: platform === 'win32',
      });
      const disks = await source.list(keep, signal);
      const names = createNameBound(context, 'disks');
      const report = byDevice(disks, names);
      names.tell();
      return report;
    },
    close: () => source.close(),
  };
}

/** The first mount of a device is the one that is told. */
function byDevice(list: readonly ListedDisk[], names: NameBound): Disks {
  const first = new Map<string, Disk>();
  for (const { device, ...disk } of list) if (!first.has(device)) first.set(device, disk);
  const keys = names.boundKeys([...first.keys()]);
  const disks: Disks = Object.create(null);
  for (const [index, [device, disk]] of [...first].entries()) {
    disks[keys[index] ?? device] = {
      ...disk,
      file_system: names.bound(disk.file_system),
      mount_point: names.bound(disk.mount_point),
    };
  }
  return disks;
}

function createLibraryList({ clock, deadlineMs }: CollectorContext): DiskSource {
  const readSizes = createLibraryCall({
    name: 'fsSize',
    call: (library) => library.fsSize(),
    clock,
    deadlineMs,
  });
  return {
    list: async (keep) =>
      disksOfLibrary(await readSizes()).filter((disk) => keep(disk.device, disk.mount_point)),
    close: () => {
      // A call of the library cannot be ended.
    },
  };
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
