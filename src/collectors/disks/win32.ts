/**
 * Drives of a Windows system, by their letter: `C:\`. Agrees with psutil 5.9's disk_partitions()
 * and disk_usage(), but leaves out what cannot be read, such as an empty CD drive.
 *
 * Windows is asked in this process and answers from memory, as Linux does for disks of its own. A
 * medium that must first be spun up is another matter: its drive holds everything up once, and is
 * then left alone for a while.
 */
import { formatDuration } from '../../base/units.ts';
import {
  type Drive,
  listDrives,
  loadVolumeCalls,
  readVolume,
  type Volume,
  type VolumeCalls,
} from '../../host/win32/volumes.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import { createNameBound, type NameBound } from '../name-bound.ts';
import type { Disk, Disks } from './index.ts';

/** A disc spins up in some seconds, a card that has been read before answers in a millisecond. */
const slowMs = 500;
const leftAloneMs = 10 * 60_000;

/** `collect` throws NOT_AVAILABLE where Windows cannot be asked. */
export function createWin32DisksCollector(
  context: CollectorContext,
  { load = loadVolumeCalls }: { readonly load?: () => Promise<VolumeCalls> } = {},
): Collector<Disks> {
  const { clock, remarks, settings } = context;
  const leftAlone = new Map<string, { readonly untilMs: number; readonly reason: string }>();

  /** `slow` is told of a drive that is left alone now. */
  function readPatiently(
    calls: VolumeCalls,
    { root, isExchangeable }: Drive,
    slow: Map<string, string>,
  ): Volume | undefined {
    const startedMs = clock.monotonicMs();
    const known = leftAlone.get(root);
    if (known !== undefined && startedMs < known.untilMs) {
      slow.set(root, known.reason);
      return undefined;
    }
    const volume = readVolume(calls, root);
    const endedMs = clock.monotonicMs();
    // A fixed disk is never left out for being slow: a busy machine is when its figures matter.
    if (isExchangeable && endedMs - startedMs >= slowMs) {
      const [took, rest] = [endedMs - startedMs, leftAloneMs].map((ms) =>
        formatDuration(ms / 1000),
      );
      const reason = `it took ${took} to answer and is left alone for ${rest}`;
      leftAlone.set(root, { untilMs: endedMs + leftAloneMs, reason });
      slow.set(root, reason);
    }
    return volume;
  }

  let loaded: Promise<VolumeCalls> | undefined;
  return {
    async collect() {
      loaded ??= load();
      const calls = await loaded;
      const keep = await createFilter(settings.disks_include, settings.disks_exclude, {
        ignoreCase: true,
      });
      const slow = new Map<string, string>();
      const volumes = listDrives(calls)
        .filter(({ root }) => keep(root))
        .flatMap((drive) => readPatiently(calls, drive, slow) ?? []);
      remarks.only('disks.slow', slow);
      const names = createNameBound(context, 'disks');
      const keys = names.boundKeys(volumes.map((volume) => volume.root));
      const disks = volumes.map((one, index) => [keys[index], diskStatsOf(one, names)] as const);
      names.tell();
      return Object.fromEntries(disks);
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
    used: totalBytes - freeBytes,
    free: freeBytes,
  };
}
