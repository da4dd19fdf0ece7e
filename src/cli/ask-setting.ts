/** Asks for one setting at the prompt, in the way that its kind wants: a list, or a line to edit. */
import { input, select } from '@inquirer/prompts';
import { MonitorError } from '../base/errors.ts';
import { type SettingKey, settingRow } from '../settings/setting-table.ts';
import type { Settings, SettingsFile } from '../settings/settings.ts';
import { formatSetting } from '../settings/show.ts';
import { parseSetting } from '../settings/validate.ts';

const source = 'the prompt';

/** Resolves with that setting alone, checked. Rejects as the prompts do where the user leaves. */
export async function askSetting(
  key: SettingKey,
  message: string,
  settings: Settings,
): Promise<SettingsFile> {
  const now = formatSetting(settings[key]);
  const choices = choicesOf(key);
  const text =
    choices === undefined
      ? await input({
          message,
          // Whole, with its secrets: it is about to be edited.
          default: now,
          prefill: 'editable',
          validate: (value) => reasonAgainst(key, value) ?? true,
        })
      : await select({ message, choices, default: now });
  return parseSetting(key, text.trim(), source);
}

function choicesOf(key: SettingKey): { value: string; name: string }[] | undefined {
  const row = settingRow(key);
  if (row.kind === 'boolean') return ['true', 'false'].map((value) => ({ value, name: value }));
  if (row.kind !== 'choice') return undefined;
  return Object.entries(row.choices).map(([value, meaning]) => ({
    value,
    name: `${value}: ${meaning}`,
  }));
}

function reasonAgainst(key: SettingKey, text: string): string | undefined {
  try {
    parseSetting(key, text.trim(), source);
    return undefined;
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    return error.hint === undefined ? error.reason : `${error.reason}. ${error.hint}`;
  }
}
