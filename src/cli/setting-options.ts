/** Options that stand for settings: their names, values and help follow from the table. */
import { Option } from 'commander';
import type { SettingRow } from '../settings/setting-row.ts';
import { flagName, isSettingKey, type SettingKey, settingRow } from '../settings/setting-table.ts';
import type { TypedSettings } from '../settings/settings.ts';

export function settingOption(key: SettingKey): Option {
  const row = settingRow(key);
  return new Option(`${flagName(key)} <${valueName(row)}>`, explain(row));
}

/** The settings among a command's options: commander names `--system-id` systemId. */
export function typedSettings(options: Readonly<Record<string, unknown>>): TypedSettings {
  const settings: Partial<Record<SettingKey, string>> = {};
  for (const [name, value] of Object.entries(options)) {
    const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (isSettingKey(key) && typeof value === 'string') settings[key] = value;
  }
  return settings;
}

/** The description; of a choice with its values: `How much: full (all of it), off (nothing).` */
function explain(row: SettingRow): string {
  if (row.kind !== 'choice') return row.description;
  const choices = Object.entries(row.choices).map(([value, meaning]) => `${value} (${meaning})`);
  return `${row.description.replace(/\.$/, '')}: ${choices.join(', ')}.`;
}

/** What stands between the angle brackets. */
function valueName(row: SettingRow): string {
  switch (row.kind) {
    case 'path':
      return row.names;
    case 'integer':
    case 'number':
      return row.unit[1].includes(' ') ? 'number' : row.unit[1];
    case 'choice':
      return 'value';
    case 'boolean':
      return 'true|false';
    case 'headers':
      return 'json';
    case 'text':
    case 'url':
    case 'patterns':
      return row.kind;
  }
}
