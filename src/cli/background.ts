/** `background`: collects every interval seconds and sends to the server, until it is told to stop. */
import { type Command, Option } from 'commander';
import {
  describeSetting,
  flagName,
  isSettingKey,
  type SettingKey,
  settingGroups,
  settingKeys,
} from '../settings/setting-table.ts';
import { type CliContext, locationOptions } from './context.ts';

export function defineBackgroundCommand(program: Command, context: CliContext): void {
  const command = program
    .command('background')
    .description('report to the server every interval seconds')
    .option('--once', 'collect one report, try to send all that wait, and leave');
  for (const group of settingGroups) {
    command.optionsGroup(`${group} (in place of what the configuration says):`);
    for (const key of settingKeys) {
      const { description, group: own } = describeSetting(key);
      if (own !== group) continue;
      command.addOption(new Option(`${flagName(key)} <value>`, description));
    }
  }
  command.action(async (options: Readonly<Record<string, string | true>>) => {
    const { runBackground } = await import('../background/run-background.ts');
    const exitCode = await runBackground({
      runtime: context.runtime,
      locations: locationOptions(command, context.runtime),
      flags: settingFlags(options),
      once: options.once === true,
    });
    context.setExitCode(exitCode);
  });
}

/** commander names `--system-id` systemId. */
function settingFlags(
  options: Readonly<Record<string, string | true>>,
): Partial<Record<SettingKey, string>> {
  const flags: Partial<Record<SettingKey, string>> = {};
  for (const [name, value] of Object.entries(options)) {
    const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (isSettingKey(key) && typeof value === 'string') flags[key] = value;
  }
  return flags;
}
