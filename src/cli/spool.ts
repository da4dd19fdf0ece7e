/** `spool …`: see and settle what waits to be sent. It works while the monitor runs, or not. */
import { type Command, Option } from 'commander';
import type { CliContext } from './context.ts';
import { type ShowOptions, withJsonOption } from './output/json-option.ts';
import type { ChoiceOptions, DropOptions } from './run-spool.ts';
import { yesFlag } from './yes-flag.ts';

export function defineSpoolCommand(program: Command, context: CliContext): void {
  const run = () => import('./run-spool.ts');
  const spool = program.command('spool').description('see and manage the reports that are waiting');

  withJsonOption(spool.command('list'))
    .description('list what is waiting, rejected and damaged')
    .action(async (options: ShowOptions, command: Command) =>
      (await run()).list(options, command, context),
    );

  spool
    .command('show <key>')
    .description('print one report as it is sent to the server')
    .action(async (key: string, _options: object, command: Command) =>
      (await run()).showOne(key, command, context),
    );

  spool
    .command('retry [keys...]')
    .description('queue rejected reports to be sent again')
    .option('--all', 'all of them')
    .action(async (keys: readonly string[], options: ChoiceOptions, command: Command) =>
      (await run()).retry(keys, options, command, context),
    );

  spool
    .command('drop [keys...]')
    .description('delete reports for good')
    .option('--all', 'all reports in that state')
    .addOption(
      new Option('--state <state>', 'which ones')
        .choices(['pending', 'rejected', 'damaged'] satisfies readonly DropOptions['state'][])
        .default('rejected'),
    )
    .option(...yesFlag)
    .action(async (keys: readonly string[], options: DropOptions, command: Command) =>
      (await run()).drop(keys, options, command, context),
    );

  spool
    .command('verify')
    .description('check every report in the spool, changing nothing')
    .action(async (_options: object, command: Command) => (await run()).verify(command, context));
}
