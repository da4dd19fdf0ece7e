/**
 * Processes where the kernel is not asked in this process: by ps(1) on macOS and the BSDs
 * (ps-list.ts), and by systeminformation on Windows when the native calls are refused, where it
 * tells no user.
 */
import type { Systeminformation } from 'systeminformation';
import { createLibraryCall } from '../../host/portable/library-call.ts';
import type { RunCommand } from '../../host/run-command.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createCheckedRead } from '../darwin-native.ts';
import { createFilter } from '../filter.ts';
import { createNameBound } from '../name-bound.ts';
import { darwinProcesses } from './darwin.ts';
import { processesByDetail } from './detail.ts';
import type { Process, Processes } from './index.ts';
import { createPsList } from './ps-list.ts';

type ListProcesses = (signal?: AbortSignal) => Promise<Process[]>;

export interface PortableProcessesOptions {
  /** Tests hand in their own. */
  readonly runCommand?: RunCommand;
}

export function createPortableProcessesCollector(
  context: CollectorContext,
  { runCommand }: PortableProcessesOptions = {},
): Collector<Processes> {
  const { settings, platform } = context;
  const byProgram =
    platform === 'win32' ? createLibraryList(context) : createPsList(context, runCommand);
  const list =
    context.asksNatively === true
      ? createCheckedRead(darwinProcesses, byProgram, context)
      : byProgram;
  return {
    async collect(signal) {
      if (settings.processes_detail === 'off') return [];
      const keep = await createFilter(settings.processes_include, settings.processes_exclude, {
        ignoreCase: platform === 'win32',
      });
      const listed = await list(signal);
      const names = createNameBound(context, 'processes');
      const processes = listed
        .map(({ pid, name, username }) => ({
          pid,
          name: names.bound(name),
          username: names.bound(username),
        }))
        .filter((one) => keep(one.name));
      names.tell();
      return processesByDetail(processes, settings.processes_detail);
    },
  };
}

function createLibraryList({ clock, deadlineMs }: CollectorContext): ListProcesses {
  const readProcesses = createLibraryCall({
    name: 'processes',
    call: (library) => library.processes(),
    clock,
    deadlineMs,
  });
  return async () => processesOf((await readProcesses()).list);
}

/** Rows without a pid are no processes; the list is sorted by pid, as the other collectors' is. */
export function processesOf(
  list: readonly Pick<Systeminformation.ProcessesProcessData, 'pid' | 'name' | 'user'>[],
): Process[] {
  return list
    .filter((one) => Number.isSafeInteger(one.pid) && one.pid >= 0)
    .map((one) => ({ pid: one.pid, name: one.name, username: one.user }))
    .sort((one, other) => one.pid - other.pid);
}
