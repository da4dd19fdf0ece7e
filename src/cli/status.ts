/** `status`: is the monitor running, what has arrived, what waits, and what does it cost? */
import type { Command } from 'commander';
import { exitCodes } from '../base/exit-codes.ts';
import { type CliContext, locationOptions } from './context.ts';

export function defineStatusCommand(program: Command, context: CliContext): void {
  const { runtime } = context;
  const command = program
    .command('status')
    .description('say whether it runs, what arrived, what waits and what it costs')
    .option('--json', 'print JSON, which is also what a pipe gets')
    .addHelpText('after', `\nExit codes: 0 it runs, ${exitCodes.unavailable} it does not.`)
    .action(async (options: { readonly json?: true }) => {
      const { findLocations } = await import('../config/locations.ts');
      const { gatherStatus } = await import('../status/gather.ts');
      const { formatStatus } = await import('./output/status.ts');
      const { state } = findLocations(locationOptions(command, runtime));
      const report = gatherStatus(runtime.disk, state.path, runtime.clock);
      const asJson = options.json === true || !runtime.stdout.isTerminal;
      const text = asJson
        ? `${JSON.stringify(report, null, 2)}\n`
        : formatStatus(report, state.path, runtime.clock.epochMs() / 1000);
      await runtime.stdout.write(text);
      if (!report.running) context.setExitCode(exitCodes.unavailable);
    });
}
