/** `background`: collects every interval seconds and sends to the server, until it is told to stop. */
import type { Command } from 'commander';
import { settingGroups } from '../settings/setting-row.ts';
import { settingKeys, settingRow } from '../settings/setting-table.ts';
import { type CliContext, locationOptions } from './context.ts';
import { settingOption } from './setting-options.ts';

export function defineBackgroundCommand(program: Command, context: CliContext): void {
  const command = program
    .command('background')
    .description('send a report to the server every interval seconds')
    .option('--once', 'collect one report, try to send everything that is waiting, and exit')
    .option(
      '--service',
      'for service managers: without a URL, keep reports until one is set, instead of the default',
    );
  for (const group of settingGroups) {
    command.optionsGroup(`${group} (overrides the settings in force):`);
    for (const key of settingKeys) {
      if (settingRow(key).group === group) command.addOption(settingOption(key));
    }
  }
  command.action(async (options: Readonly<Record<string, string | true>>) => {
    const { runBackgroundCommand } = await import('./run-background.ts');
    await runBackgroundCommand(options, locationOptions(command, context.runtime), context);
  });
}
