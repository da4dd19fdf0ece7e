/** One command for each part, and `stats` for all of them. */
import { type Command, Option } from 'commander';
import { partNames, parts } from '../collectors/index.ts';
import type { SettingKey } from '../settings/setting-table.ts';
import type { TypedSettings } from '../settings/settings.ts';
import type { Subject } from './collecting.ts';
import { type CliContext, locationOptions } from './context.ts';
import { withJsonOption } from './output/json-option.ts';
import { type PartFlag, partFlags } from './part-flags.ts';
import type { StatsOptions } from './run-stats.ts';

export function defineStatsCommands(program: Command, context: CliContext): void {
  for (const part of partNames) {
    const { summary, sortKeys } = parts[part];
    define(part, summary, partFlags([part]), sortKeys);
  }
  define('stats', 'all parts, exactly as they are sent', partFlags(partNames));

  function define(
    subject: Subject,
    summary: string,
    flags: readonly PartFlag[],
    sortKeys?: readonly string[],
  ): void {
    const command = withJsonOption(program.command(subject))
      .description(summary)
      .option('--wide', 'in JSON, add what is shown but not sent')
      .option('--watch [seconds]', 'repeat, every so many seconds (2)');
    for (const { option } of flags) command.addOption(option);
    if (sortKeys !== undefined) addViewOptions(command, sortKeys);
    command.action(async (options: StatsOptions) => {
      const { runStats } = await import('./run-stats.ts');
      await runStats(subject, options, {
        runtime: context.runtime,
        locations: locationOptions(command, context.runtime),
        flags: givenSettings(command, flags),
      });
    });
  }
}

/** They change what is shown of a sample, and no setting. */
function addViewOptions(command: Command, sortKeys: readonly string[]): void {
  command
    .addOption(
      new Option(
        '--sort <key>',
        'sort by this; cpu and memory (not on macOS), the largest first',
      ).choices(sortKeys),
    )
    .option('--limit <count>', 'show only the first so many');
}

/** The flags of this call, as the settings that they stand for. */
function givenSettings(command: Command, flags: readonly PartFlag[]): TypedSettings {
  const given: Partial<Record<SettingKey, string>> = {};
  for (const { option, setting } of flags) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (typeof value === 'string') given[setting] = value;
  }
  return given;
}
