/**
 * Processes by systeminformation, where no better way is known: on Windows when the native calls
 * are refused. It tells no user there, so that `username` is empty, and it cuts names of users on
 * other systems at 20 characters.
 */
import type { Systeminformation } from 'systeminformation';
import { createLibraryCall } from '../../host/portable/library-call.ts';
import type { Processes, ProcessStats } from '../../wire/stats.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import { processesByDetail } from './detail.ts';

export function createPortableProcessesCollector(context: CollectorContext): Collector<Processes> {
  const { settings } = context;
  const readProcesses = createLibraryCall({
    name: 'processes',
    call: (library) => library.processes(),
    clock: context.clock,
    deadlineMs: settings.deadlineMs,
  });
  return {
    async collect() {
      if (settings.processesDetail === 'off') return [];
      const keep = await createFilter(settings.processesInclude, settings.processesExclude);
      const { list } = await readProcesses();
      const processes = processesOf(list).filter((one) => keep(one.name));
      return processesByDetail(processes, settings.processesDetail);
    },
  };
}

/** Rows without a pid are no processes; the list is sorted by pid, as the other collectors' is. */
export function processesOf(
  list: readonly Pick<Systeminformation.ProcessesProcessData, 'pid' | 'name' | 'user'>[],
): ProcessStats[] {
  return list
    .filter((one) => Number.isSafeInteger(one.pid) && one.pid >= 0)
    .map((one) => ({ pid: one.pid, name: one.name, username: one.user }))
    .sort((one, other) => one.pid - other.pid);
}
