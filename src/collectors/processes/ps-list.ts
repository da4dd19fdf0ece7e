/**
 * The processes of macOS and the BSDs, by ps(1), as psutil 5.9 has them: the kernel's names, completed
 * where it cut them, and real users.
 *
 * ps is asked by ourselves because systeminformation guesses names from command lines and lists the
 * programs that it starts.
 */
import {
  completePsName,
  parsePsProcesses,
  parsePsTexts,
  psCommandArgs,
  psEnvironment,
  psProcessArgs,
  psUserArgs,
} from '../../host/portable/ps.ts';
import { createPsUsers } from '../../host/portable/ps-users.ts';
import { askSystem } from '../../host/portable/system-command.ts';
import type { CommandResult, RunCommand } from '../../host/run-command.ts';
import type { CollectorContext } from '../collector.ts';
import type { Process } from './index.ts';

/** `ps` itself is not in the list. Throws what `askSystem` throws. */
export function createPsList(
  { clock, remarks, deadlineMs, settings }: CollectorContext,
  runCommand?: RunCommand,
): (signal?: AbortSignal) => Promise<Process[]> {
  const ask = (args: readonly string[], signal?: AbortSignal): Promise<CommandResult> =>
    askSystem({ program: 'ps', args, deadlineMs, environment: psEnvironment, signal }, runCommand);
  const users = createPsUsers({
    clock,
    remarks,
    ask: async () => parsePsTexts((await ask(psUserArgs)).stdout),
  });

  /** Without them a name stays as short as the kernel has it. */
  async function commandsByPid(signal?: AbortSignal): Promise<ReadonlyMap<number, string>> {
    try {
      return parsePsTexts((await ask(psCommandArgs, signal)).stdout);
    } catch {
      return new Map();
    }
  }

  return async (signal) => {
    const { stdout, pid: ownPid } = await ask(psProcessArgs, signal);
    const commands = await commandsByPid(signal);
    const listed = parsePsProcesses(stdout).filter(
      // Who is not in the second list has ended, or is a line in somebody's name (`ucomm` is printed
      // as it is, line ends too; `comm` is not).
      ({ pid }) => pid !== ownPid && (commands.size === 0 || commands.has(pid)),
    );
    const wantsUsers = settings.processes_detail === 'full';
    if (wantsUsers) await users.lookUp(new Set(listed.map(({ userId }) => userId)));
    return listed.map(({ pid, userId, name }) => ({
      pid,
      name: completePsName(name, commands.get(pid)),
      username: wantsUsers ? users.nameOf(userId) : '',
    }));
  };
}
