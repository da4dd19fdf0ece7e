/**
 * Disks by systeminformation, where no better way is known: on Windows when the native calls are
 * refused. With a dead mount its `fsSize` never returns, hence the deadline.
 */
import type { Systeminformation } from 'systeminformation';
import { createLibraryCall } from '../../host/portable/library-call.ts';
import type { Disks } from '../../wire/stats.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';

export function createPortableDisksCollector(context: CollectorContext): Collector<Disks> {
  const { settings } = context;
  const readSizes = createLibraryCall({
    name: 'fsSize',
    call: (library) => library.fsSize(),
    clock: context.clock,
    deadlineMs: settings.deadlineMs,
  });
  return {
    async collect() {
      const keep = await createFilter(settings.disksInclude, settings.disksExclude);
      const sizes = await readSizes();
      return disksOf(sizes.filter((one) => keep(one.fs, one.mount)));
    },
  };
}

/** The first mount of a device is the one that is told; a drive without a size is an empty one. */
export function disksOf(sizes: readonly Systeminformation.FsSizeData[]): Disks {
  const disks: Disks = {};
  for (const one of sizes) {
    const figures = [one.size, one.used, one.available];
    if (one.size === 0 || !figures.every((each) => Number.isSafeInteger(each) && each >= 0)) {
      continue;
    }
    disks[one.fs] ??= {
      file_system: one.type,
      mount_point: one.mount,
      total: one.size,
      used: one.used,
      free: one.available,
    };
  }
  return disks;
}
