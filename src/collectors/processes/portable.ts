/**
 * Processes where the kernel is not asked in this process: by ps(1) on macOS and the BSDs, and by
 * systeminformation on Windows when the native calls are refused, where it tells no user.
 *
 * ps is asked by ourselves because systeminformation guesses names from command lines and lists
 * the programs that it starts.
 */
import type { Systeminformation } from 'systeminformation';
import { createLibraryCall } from '../../host/portable/library-call.ts';
import { parsePs, psArgs } from '../../host/portable/ps.ts';
import { askSystem } from '../../host/portable/system-command.ts';
import type { RunCommand } from '../../host/run-command.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import { boundName } from '../name-bound.ts';
import { processesByDetail } from './detail.ts';
import type { Process, Processes } from './index.ts';

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
  const list =
    platform === 'win32' ? createLibraryList(context) : createPsList(context, runCommand);
  return {
    async collect(signal) {
      if (settings.processes_detail === 'off') return [];
      const keep = await createFilter(settings.processes_include, settings.processes_exclude, {
        ignoreCase: platform === 'win32',
      });
      const processes = (await list(signal))
        .map(({ pid, name, username }) => ({
          pid,
          name: boundName(name),
          username: boundName(username),
        }))
        .filter((one) => keep(one.name));
      return processesByDetail(processes, settings.processes_detail);
    },
  };
}

function createPsList({ deadlineMs }: CollectorContext, runCommand?: RunCommand): ListProcesses {
  return async (signal) => {
    const answer = await askSystem({ program: 'ps', args: psArgs, deadlineMs, signal }, runCommand);
    return parsePs(answer.stdout)
      .filter(({ pid }) => pid !== answer.pid)
      .map(({ pid, name, user }) => ({ pid, name, username: user }));
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
