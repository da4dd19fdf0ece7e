/**
 * A setting as text. People are shown it by `withoutSecrets` or `showSetting` and by nothing else
 * (list, prompt, messages, log, status), so that a secret is hidden everywhere or nowhere.
 */
import { parseServerUrl } from './server-url.ts';
import { type SettingKey, settingKeys, settingRow } from './setting-table.ts';
import type { Settings } from './settings.ts';

const hidden = '[hidden]';

/**
 * A value, right or wrong, as people may see it. `config get KEY` and the prompt's line for editing
 * give the whole value: to whoever asks for just that one.
 */
export function withoutSecrets(key: SettingKey, value: unknown): unknown {
  const row = settingRow(key);
  if (!('secret' in row) || value === undefined) return value;
  if (row.kind === 'url' && typeof value === 'string') return shownUrl(value);
  if (row.kind === 'headers' && typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.keys(value).map((name) => [name, hidden]));
  }
  return hidden;
}

/** What is no address is shown where it can hold no secret: a word, or a name that was mistyped. */
function shownUrl(text: string): string {
  return parseServerUrl(text)?.shown ?? (/[@?#]/.test(text) ? hidden : text);
}

/** As `withoutSecrets`, on one line. */
export function showSetting(key: SettingKey, value: unknown): string {
  return formatSetting(withoutSecrets(key, value));
}

/** All of them as people may see them, in the table's order. */
export function showSettings(settings: Settings): Readonly<Record<string, unknown>> {
  const given = settingKeys.filter((key) => settings[key] !== undefined);
  return Object.fromEntries(given.map((key) => [key, withoutSecrets(key, settings[key])]));
}

/** A value with its secrets, as it is typed at a command line and taken back by parseSetting. */
export function formatSetting(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
