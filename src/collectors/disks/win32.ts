/**
 * Drives of a Windows system, by their letter: `C:\`. Agrees with psutil 5.9's disk_partitions()
 * and disk_usage(), but leaves out what cannot be read, such as an empty CD drive.
 */
import {
  loadVolumeCalls,
  readVolumes,
  type Volume,
  type VolumeCalls,
} from '../../host/win32/volumes.ts';
import type { DiskStats, Disks } from '../../wire/stats.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';

/** `collect` throws NOT_AVAILABLE where Windows cannot be asked. */
export function createWin32DisksCollector(
  { settings }: CollectorContext,
  { load = loadVolumeCalls }: { readonly load?: () => Promise<VolumeCalls> } = {},
): Collector<Disks> {
  let calls: Promise<VolumeCalls> | undefined;
  return {
    async collect() {
      calls ??= load();
      const keep = await createFilter(settings.disksInclude, settings.disksExclude);
      const volumes = readVolumes(await calls, keep);
      return Object.fromEntries(volumes.map((volume) => [volume.root, diskStatsOf(volume)]));
    },
  };
}

function diskStatsOf({ root, fileSystem, totalBytes, freeBytes }: Volume): DiskStats {
  return {
    file_system: fileSystem,
    mount_point: root,
    total: totalBytes,
    used: totalBytes - freeBytes,
    free: freeBytes,
  };
}
