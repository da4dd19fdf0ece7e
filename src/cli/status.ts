/** `status`: is the monitor running, what has arrived, what waits, and what does it cost? */
import type { Command } from 'commander';
import { exitCodes } from '../base/exit-codes.ts';
import { type CliContext, stateFolderOf } from './context.ts';
import { withJsonOption } from './output/json-option.ts';
import type { StatusOptions } from './run-status.ts';

export function defineStatusCommand(program: Command, context: CliContext): void {
  withJsonOption(program.command('status'))
    .description('show whether it is running, what has arrived, what is waiting and what it costs')
    .option('--check', `exit with ${exitCodes.tryLater} if something is wrong, for health checks`)
    .action(async (options: StatusOptions, command: Command) => {
      const { runStatus } = await import('./run-status.ts');
      const folder = await stateFolderOf(command, context);
      context.setExitCode(await runStatus(folder, options, context.runtime));
    });
}
