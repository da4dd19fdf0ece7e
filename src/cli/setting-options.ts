/** Options that stand for settings: their names, values and help follow from the table. */
import { Option } from 'commander';
import type { SettingRow } from '../settings/setting-row.ts';
import { flagName, isSettingKey, type SettingKey, settingRow } from '../settings/setting-table.ts';

/** Settings as they were typed, by key. */
export type TypedSettings = Partial<Record<SettingKey, string>>;

export function settingOption(key: SettingKey): Option {
  const row = settingRow(key);
  const choices = row.kind === 'choice' ? ` ${choicesInWords(row.choices)}.` : '';
  return new Option(`${flagName(key)} <${valueName(row)}>`, `${row.description}${choices}`);
}

/** The settings among a command's options: commander names `--system-id` systemId. */
export function typedSettings(options: Readonly<Record<string, unknown>>): TypedSettings {
  const settings: TypedSettings = {};
  for (const [name, value] of Object.entries(options)) {
    const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (isSettingKey(key) && typeof value === 'string') settings[key] = value;
  }
  return settings;
}

/** `full (all of it), off (nothing)`. */
function choicesInWords(choices: Readonly<Record<string, string>>): string {
  return Object.entries(choices)
    .map(([value, meaning]) => `${value} (${meaning})`)
    .join(', ');
}

/** What stands between the angle brackets. */
function valueName(row: SettingRow): string {
  switch (row.kind) {
    case 'path':
      return row.names;
    case 'integer':
    case 'number':
      return 'number';
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
