/** `status`: is the monitor running, what has arrived, what waits, and what does it cost? */
import type { Command } from 'commander';
import { exitCodes } from '../base/exit-codes.ts';
import { type CliContext, stateFolderOf } from './context.ts';
import { type ShowOptions, show, withJsonOption } from './output/show.ts';

export function defineStatusCommand(program: Command, context: CliContext): void {
  const { runtime } = context;
  withJsonOption(program.command('status'))
    .description('show whether it is running, what has arrived, what is waiting and what it costs')
    .addHelpText('after', `\nExit codes: 0 it is running, ${exitCodes.unavailable} it is not.`)
    .action(async (options: ShowOptions, command: Command) => {
      const { gatherStatus } = await import('../status/gather.ts');
      const folder = await stateFolderOf(command, context);
      const report = gatherStatus(runtime.disk, folder, runtime.clock);
      await show(runtime, options, report, async () => {
        const { formatStatus } = await import('./output/status.ts');
        return formatStatus(report, folder, runtime.clock.epochMs() / 1000);
      });
      if (!report.running) context.setExitCode(exitCodes.unavailable);
    });
}
