/** From untrusted values to settings, with messages that name the key, the value, the reason and an example. */
import type { z } from 'zod';
import { MonitorError } from '../base/errors.ts';
import { nearestWord } from '../base/nearest-word.ts';
import { describeSetting, isSettingKey, type SettingKey, settingKeys } from './setting-table.ts';
import {
  type Settings,
  type SettingsFile,
  settingsFileSchema,
  settingsSchema,
  settingsShape,
} from './settings.ts';

/** Values are cut at this length in messages: a pasted file would hide the reason. */
const shownValueLength = 80;

/** Checks the content of a configuration file. Throws CONFIG_INVALID naming every wrong key. */
export function validateSettingsFile(values: unknown, source: string): SettingsFile {
  const result = settingsFileSchema.safeParse(values);
  // The input is returned, not the output: defaults that the user never wrote must not be saved.
  if (result.success) return pickGiven(values, result.data);
  throw invalidSettings(result.error, values, source);
}

/** Completes settings with the defaults. Throws CONFIG_INVALID naming every wrong key. */
export function validateSettings(values: unknown, source: string): Settings {
  const result = settingsSchema.safeParse(values);
  if (result.success) return result.data;
  throw invalidSettings(result.error, values, source);
}

/**
 * Reads one value as it is typed at a command line or in an environment variable: numbers as digits,
 * booleans as true or false, lists separated by commas. Throws CONFIG_INVALID.
 */
export function parseSetting(
  key: SettingKey,
  text: string,
  source: string,
): SettingsFile[SettingKey] {
  const values = validateSettingsFile({ [key]: fromText(key, text) }, source);
  return values[key];
}

/** The same for a word of this very call: a wrong one is a wrong call (USAGE), not a wrong configuration. */
export function parseTypedSetting(
  key: SettingKey,
  text: string,
  source: string,
): SettingsFile[SettingKey] {
  try {
    return parseSetting(key, text, source);
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    throw new MonitorError({
      code: 'USAGE',
      operation: error.operation,
      reason: error.reason,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

/** How a value is shown to people and taken back by parseSetting. */
export function formatSetting(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The key of a setting, from a word that a user typed. Throws CONFIG_INVALID naming its neighbour. */
export function knownKey(word: string): SettingKey {
  if (isSettingKey(word)) return word;
  throw unknownSetting(word);
}

function unknownSetting(key: string): MonitorError {
  const nearest = nearestWord(key, settingKeys);
  return new MonitorError({
    code: 'CONFIG_INVALID',
    operation: `find setting "${key}"`,
    reason: 'there is no such setting',
    hint:
      nearest === undefined
        ? 'See "system-monitor config list" for all of them.'
        : `Did you mean "${nearest}"?`,
  });
}

function fromText(key: SettingKey, text: string): unknown {
  switch (innerType(settingsShape[key])) {
    case 'number':
      // Number('') is 0: an empty text is no number.
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'array':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'record':
      return parseJsonOrText(text);
    default:
      return text;
  }
}

function parseJsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The kind of value under `.optional()` and `.default()`. */
function innerType(schema: z.ZodType): string {
  let current: unknown = schema;
  for (let depth = 0; depth < 8; depth += 1) {
    if (!hasDefinition(current)) return 'unknown';
    if (current.def.innerType === undefined) return current.def.type;
    current = current.def.innerType;
  }
  return 'unknown';
}

function hasDefinition(
  value: unknown,
): value is { readonly def: { readonly type: string; readonly innerType?: unknown } } {
  return typeof value === 'object' && value !== null && 'def' in value;
}

function pickGiven(values: unknown, parsed: SettingsFile): SettingsFile {
  const given = typeof values === 'object' && values !== null ? Object.keys(values) : [];
  return Object.fromEntries(
    Object.entries(parsed).filter(([key, value]) => given.includes(key) && value !== undefined),
  );
}

function invalidSettings(error: z.ZodError, values: unknown, source: string): MonitorError {
  const lines = error.issues.flatMap((issue) => describeIssue(issue, values));
  const [first] = lines;
  return new MonitorError({
    code: 'CONFIG_INVALID',
    operation: `read ${source}`,
    reason:
      lines.length === 1 && first !== undefined
        ? first.reason
        : lines.map((line) => `\n  ${line.reason}`).join(''),
    hint: lines.map((line) => line.hint).join('\n'),
  });
}

function describeIssue(
  issue: z.core.$ZodIssue,
  values: unknown,
): { readonly reason: string; readonly hint: string }[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
    return issue.keys.map((key) => {
      const unknown = unknownSetting(key);
      return { reason: `${key}: ${unknown.reason}`, hint: unknown.hint ?? '' };
    });
  }
  const key = String(issue.path[0] ?? '');
  if (!isSettingKey(key)) {
    return [
      {
        reason: 'the content is not an object of settings',
        hint: 'It looks like {"url": "https://…", "interval": 60}.',
      },
    ];
  }
  return [
    {
      reason: `${key} = ${showValue(valueAt(values, key))}: ${plain(issue)}`,
      hint: `For example: ${key} = ${describeSetting(key).example}`,
    },
  ];
}

/** zod's own words for a wrong type, in the tone of the other messages. */
function plain(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input: expected')) {
    return issue.message.replace(
      /^Invalid input: expected (.*), received (.*)$/,
      'must be a $1, not a $2',
    );
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return issue.message;
}

function valueAt(values: unknown, key: string): unknown {
  return typeof values === 'object' && values !== null ? Reflect.get(values, key) : undefined;
}

function showValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > shownValueLength ? `${text.slice(0, shownValueLength)}…` : text;
}
