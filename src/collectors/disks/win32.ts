/**
 * Drives of a Windows system, by their letter: `C:\\`; volumes that are mounted in a folder, by that.
 * Agrees with psutil 5.9's disk_partitions() and disk_usage(), but leaves out what cannot be read,
 * such as an empty CD drive.
 *
 * The drive that Windows itself runs from is asked in this process: where it hangs, nothing runs. Any
 * other may hang alone, and a helper process asks it (drive-prober.ts).
 */

import { exactDifference } from '../../base/exact.ts';
import { startDriveHelper } from '../../host/win32/drive-helper.ts';
import { createDriveProber, type DriveProber } from '../../host/win32/drive-prober.ts';
import {
  listDrives,
  listMountedFolders,
  loadVolumeCalls,
  readDrive,
  readSystemDrive,
  type Volume,
  type VolumeCalls,
} from '../../host/win32/volumes.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import { createNameBound, type NameBound } from '../name-bound.ts';
import type { Disk, Disks } from './index.ts';
import { remarkStuck } from './remark-stuck.ts';

interface Options {
  readonly load?: () => Promise<VolumeCalls>;
  readonly start?: typeof startDriveHelper;
}

interface Source {
  readonly calls: VolumeCalls;
  readonly systemDrive: string | undefined;
  /** Absent where there is no program to help: all drives are asked in this process. */
  readonly prober: DriveProber | undefined;
}

/** `collect` throws NOT_AVAILABLE where Windows cannot be asked. */
export function createWin32DisksCollector(
  context: CollectorContext,
  { load = loadVolumeCalls, start = startDriveHelper }: Options = {},
): Collector<Disks> {
  const { clock, logger, remarks, settings, mountProbe } = context;
  let isClosed = false;

  async function open(): Promise<Source> {
    const calls = await load();
    const prober =
      mountProbe === undefined
        ? undefined
        : createDriveProber({
            clock,
            logger,
            start: () => start(mountProbe),
            readHere: (root) => readDrive(calls, root),
          });
    if (isClosed) prober?.close();
    return { calls, systemDrive: readSystemDrive(calls), prober };
  }

  let source: Promise<Source> | undefined;
  return {
    async collect() {
      source ??= open();
      const { calls, systemDrive, prober } = await source;
      const keep = await createFilter(settings.disks_include, settings.disks_exclude, {
        ignoreCase: true,
      });
      const roots = [...listDrives(calls), ...listMountedFolders(calls)].filter((root) =>
        keep(root),
      );
      const elsewhere = prober === undefined ? [] : roots.filter((root) => root !== systemDrive);
      const probed = await prober?.read(elsewhere);
      remarkStuck(remarks, prober?.stuck() ?? []);
      const hidden = probed?.notAsked.map((root) => [root, 'there was no time to ask it'] as const);
      remarks.only('disks.hidden', new Map(hidden));
      const volumes = roots.flatMap((root) => {
        const isProbed = elsewhere.includes(root);
        return (isProbed ? probed?.volumes.get(root) : readDrive(calls, root)) ?? [];
      });
      const names = createNameBound(context, 'disks');
      const keys = names.boundKeys(volumes.map((volume) => volume.root));
      const disks = volumes.map((one, index) => [keys[index], diskStatsOf(one, names)] as const);
      names.tell();
      return Object.fromEntries(disks);
    },
    close: () => {
      isClosed = true;
      source?.then(
        ({ prober }) => prober?.close(),
        () => {
          // Windows cannot be asked; there is nothing to close.
        },
      );
    },
  };
}

function diskStatsOf(
  { root, fileSystem, totalBytes, freeBytes }: Volume,
  names: Pick<NameBound, 'bound'>,
): Disk {
  return {
    file_system: names.bound(fileSystem),
    mount_point: names.bound(root),
    total: totalBytes,
    used: exactDifference(totalBytes, freeBytes),
    free: freeBytes,
  };
}
