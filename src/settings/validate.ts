/** From untrusted values to settings, or an error that names key, value, reason and an example. */
import { MonitorError } from '../base/errors.ts';
import { type CheckedSettings, checkSettings, type SettingProblem, unknownKey } from './check.ts';
import {
  environmentName,
  flagName,
  isSettingKey,
  type SettingKey,
  settingKeys,
  settingRow,
} from './setting-table.ts';
import {
  defaultSettings,
  type Settings,
  type SettingsFile,
  type TypedSettings,
} from './settings.ts';

/**
 * Checks the content of a configuration file. Throws CONFIG_INVALID naming every wrong value; keys
 * that are no settings are left to whoever warns of them (checkSettings).
 */
export function validateSettingsFile(values: unknown, source: string): SettingsFile {
  const { settings, problems } = checkSettings(settingsObject(values, source));
  if (problems.length > 0) throw invalidSettings(source, problems);
  return settings;
}

/** Throws CONFIG_INVALID. */
export function settingsObject(values: unknown, source: string): Readonly<Record<string, unknown>> {
  if (isObject(values)) return values;
  throw invalidSettings(source, [
    {
      reason: 'the content is not a JSON object of settings',
      hint: 'It looks like {"url": "https://…", "interval": 60}. "system-monitor config repair" turns the file into that, and keeps the old one next to it.',
    },
  ]);
}

/** Completes settings with the defaults. Throws CONFIG_INVALID naming every wrong key. */
export function validateSettings(values: unknown, source: string): Settings {
  return { ...defaultSettings, ...validateSettingsFile(values, source) };
}

/**
 * Reads one value as it is typed at a command line or in an environment variable: numbers as digits,
 * booleans as true or false, lists separated by commas. Throws CONFIG_INVALID.
 */
export function parseSetting(key: SettingKey, text: string, source: string): SettingsFile {
  return validateSettingsFile({ [key]: fromText(key, text) }, source);
}

/** Settings from the variables of the environment; an empty one is not set. */
export function checkEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): CheckedSettings {
  const given = settingKeys.filter((key) => environment[environmentName(key)]);
  return checkSettings(
    Object.fromEntries(
      given.map((key) => [key, fromText(key, environment[environmentName(key)] ?? '')]),
    ),
  );
}

/** Settings from the flags of this call. Throws USAGE. */
export function parseFlags(flags: TypedSettings): SettingsFile {
  return merged((key) => {
    const text = flags[key];
    return text === undefined ? {} : parseTypedSetting(key, text, `flag ${flagName(key)}`);
  });
}

/** For a word of this very call: a wrong one is a wrong call (USAGE), not a wrong configuration. */
export function parseTypedSetting(key: SettingKey, text: string, source: string): SettingsFile {
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

/** The key of a setting, from a word that a user typed. Throws USAGE naming its neighbour. */
export function knownKey(word: string): SettingKey {
  if (isSettingKey(word)) return word;
  throw new MonitorError({
    code: 'USAGE',
    operation: `find setting "${word}"`,
    reason: 'there is no such setting',
    hint: unknownKey(word).hint,
  });
}

/** What cannot be read so stays the text that it is; the check refuses it. */
function fromText(key: SettingKey, text: string): unknown {
  switch (settingRow(key).kind) {
    case 'integer':
    case 'number':
      // Number('') is 0: an empty text is no number.
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'patterns':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'headers':
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

function merged(parse: (key: SettingKey) => SettingsFile): SettingsFile {
  let all: SettingsFile = {};
  for (const key of settingKeys) all = { ...all, ...parse(key) };
  return all;
}

function isObject(values: unknown): values is Readonly<Record<string, unknown>> {
  return typeof values === 'object' && values !== null && !Array.isArray(values);
}

/** What is wrong, all in one error. `problems` has one or more. */
export function invalidSettings(
  source: string,
  problems: readonly Pick<SettingProblem, 'reason' | 'hint'>[],
): MonitorError {
  const [first] = problems;
  return new MonitorError({
    code: 'CONFIG_INVALID',
    operation: `read ${source}`,
    reason:
      problems.length === 1 && first !== undefined
        ? first.reason
        : problems.map(({ reason }) => `\n  ${reason}`).join(''),
    hint: problems.map(({ hint }) => hint).join('\n'),
  });
}
