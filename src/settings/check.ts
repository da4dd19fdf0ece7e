/**
 * Judges untrusted values, each key by itself: what is good is good whatever stands beside it.
 * Nothing is thrown here; validate.ts makes errors of the problems.
 */
import type { z } from 'zod';
import { nearestWord } from '../base/nearest-word.ts';
import { schemaOf } from './schema.ts';
import { isSettingKey, type SettingKey, settingKeys, settingRow } from './setting-table.ts';
import type { Settings, SettingsFile } from './settings.ts';
import { withoutSecrets } from './show.ts';

export interface SettingProblem {
  /** As it was found, which may be no setting's. */
  readonly key: string;
  /** With the key, and with the value as people may see it. */
  readonly reason: string;
  /** What would be right. */
  readonly hint: string;
}

export interface CheckedSettings {
  /** Those that are good. What is undefined was not given. */
  readonly settings: SettingsFile;
  /** One for each setting whose value is wrong, in the order of the values. */
  readonly problems: readonly SettingProblem[];
  /** One for each key that is no setting: of a newer version, or mistyped. */
  readonly unknown: readonly SettingProblem[];
}

/** Values are cut at this length in messages: a pasted file would hide the reason. */
const shownValueLength = 80;

export function checkSettings(values: Readonly<Record<string, unknown>>): CheckedSettings {
  const settings: { -readonly [Key in SettingKey]?: Settings[Key] } = {};
  const problems: SettingProblem[] = [];
  const unknown: SettingProblem[] = [];
  const check = <Key extends SettingKey>(key: Key, value: unknown): void => {
    if (isValueOf(key, value)) settings[key] = value;
    else problems.push(wrongValue(key, value));
  };
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (isSettingKey(key)) check(key, value);
    else unknown.push(unknownKey(key));
  }
  return { settings, problems, unknown };
}

const schemas = new Map<SettingKey, z.ZodType>();

function schemaOfKey(key: SettingKey): z.ZodType {
  const schema = schemas.get(key) ?? schemaOf(settingRow(key));
  schemas.set(key, schema);
  return schema;
}

function isValueOf<Key extends SettingKey>(key: Key, value: unknown): value is Settings[Key] {
  return schemaOfKey(key).safeParse(value).success;
}

function wrongValue(key: SettingKey, value: unknown): SettingProblem {
  const issue = schemaOfKey(key).safeParse(value).error?.issues[0];
  // The name of a header stands in a list of its own.
  const inner = issue?.code === 'invalid_key' ? issue.issues[0] : issue;
  return {
    key,
    reason: `${key} = ${shorten(JSON.stringify(withoutSecrets(key, value)))}: ${inner?.message ?? 'is wrong'}`,
    hint: `For example: ${key} = ${settingRow(key).example}`,
  };
}

export function unknownKey(key: string): SettingProblem {
  const nearest = nearestWord(key, settingKeys);
  return {
    key,
    reason: `${key}: there is no such setting`,
    hint:
      nearest === undefined
        ? 'See "system-monitor config list" for all of them.'
        : `Did you mean "${nearest}"?`,
  };
}

function shorten(text: string): string {
  return text.length > shownValueLength ? `${text.slice(0, shownValueLength)}…` : text;
}
