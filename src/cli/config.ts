/** `config`: at a terminal a prompt in place of the original's window; its sub-commands for scripts. */
import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import { type ShowOptions, withJsonOption } from './output/json-option.ts';
import { type YesOption, yesFlag } from './yes-flag.ts';

export function defineConfigCommand(program: Command, context: CliContext): void {
  const run = () => import('./run-config.ts');
  const config = program
    .command('config')
    .description('see and change the settings, at a prompt')
    .action(async (_options: object, command: Command) => (await run()).prompt(command, context));

  withJsonOption(config.command('list'))
    .description('print every setting, its value and where the value comes from')
    .action(async (options: ShowOptions, command: Command) =>
      (await run()).list(options, command, context),
    );

  config
    .command('get <setting>')
    .description('print one setting')
    .action(async (key: string, _options: object, command: Command) =>
      (await run()).get(key, command, context),
    );

  config
    .command('set <setting> <value>')
    .description('change one setting in the file')
    .option(...yesFlag)
    .action(async (key: string, value: string, options: YesOption, command: Command) =>
      (await run()).set(key, value, options, command, context),
    );

  config
    .command('unset <setting>')
    .description('remove one setting from the file, so that its default applies')
    .action(async (key: string, _options: object, command: Command) =>
      (await run()).unset(key, command, context),
    );

  config
    .command('repair')
    .description('save what can be read of a damaged file, and keep the old file next to it')
    .action(async (_options: object, command: Command) => (await run()).repair(command, context));

  config
    .command('import <file>')
    .description('import the settings from the config.json of the original program')
    .option(...yesFlag)
    .action(async (file: string, options: YesOption, command: Command) =>
      (await run()).importFile(file, options, command, context),
    );

  config
    .command('path')
    .description('print which file is in force (and, to standard error, why)')
    .action(async (_options: object, command: Command) => (await run()).path(command, context));

  config
    .command('validate [file]')
    .description('check the file in force, or another one, without using it')
    .action(async (file: string | undefined, _options: object, command: Command) =>
      (await run()).validate(file, command, context),
    );
}
