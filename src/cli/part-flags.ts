/** The short flags of the commands that show parts: each stands for a setting, for this call. */
import { Option } from 'commander';
import { type PartName, parts } from '../collectors/index.ts';
import type { ShortFlag } from '../collectors/part.ts';
import { type SettingKey, settingTable } from '../settings/setting-table.ts';

export interface PartFlag {
  readonly option: Option;
  readonly setting: SettingKey;
}

const options: Readonly<Record<ShortFlag, () => Option>> = {
  include: () =>
    new Option('--include <patterns>', 'report only what matches (patterns, separated by commas)'),
  exclude: () =>
    new Option('--exclude <patterns>', 'leave out what matches (patterns, separated by commas)'),
  detail: () =>
    new Option('--detail <detail>', 'how much to show of each process').choices(
      Object.keys(settingTable.processes_detail.choices),
    ),
  scope: () =>
    new Option('--scope <scope>', 'figures of the machine or of the container').choices(
      Object.keys(settingTable.scope.choices),
    ),
  'host-root': () =>
    new Option('--host-root <folder>', 'report on the host whose / is mounted there'),
};

/** In the order in which help lists them. Of several parts: those that mean the same to each. */
export function partFlags(shown: readonly PartName[]): readonly PartFlag[] {
  return Object.keys(options)
    .filter(isShortFlag)
    .flatMap((flag) => {
      const settings = new Set(shown.flatMap((part) => parts[part].flags[flag] ?? []));
      const [setting] = settings;
      return setting !== undefined && settings.size === 1
        ? [{ option: options[flag](), setting }]
        : [];
    });
}

function isShortFlag(text: string): text is ShortFlag {
  return Object.hasOwn(options, text);
}
