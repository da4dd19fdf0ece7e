/** Secrets that were typed as words of a command line: taken, with a warning. */
import type { Runtime } from '../base/runtime.ts';
import { findLocations, type LocationOptions } from '../config/locations.ts';
import { parseServerUrl } from '../settings/server-url.ts';
import {
  environmentName,
  flagName,
  type SettingKey,
  settingRow,
} from '../settings/setting-table.ts';
import type { TypedSettings } from '../settings/settings.ts';
import { tell } from './output/show.ts';

const whoSees =
  'Other users may see it in the list of processes, and the shell may keep it in its history';

/** Of flags: each that holds one is named, with the places where it would be safe. */
export async function warnOfFlags(
  flags: TypedSettings,
  runtime: Runtime,
  locations: LocationOptions,
  nameOf: (key: SettingKey) => string = flagName,
): Promise<void> {
  const keys: readonly SettingKey[] = ['url', 'proxy', 'headers'];
  for (const key of keys.filter((one) => holdsSecret(one, flags[one] ?? ''))) {
    const { path } = findLocations(locations).configuration;
    await tell(
      runtime,
      `Warning: ${nameOf(key)} contains a secret. ${whoSees}. Better put it in ${path}, or in the environment variable ${environmentName(key)}.`,
    );
  }
}

/** Of a value to be saved. */
export async function warnOfValue(key: SettingKey, value: string, runtime: Runtime): Promise<void> {
  if (!holdsSecret(key, value)) return;
  await tell(
    runtime,
    `Warning: this command line contains a secret. ${whoSees}. Better use the prompt: system-monitor config`,
  );
}

function holdsSecret(key: SettingKey, text: string): boolean {
  const { kind } = settingRow(key);
  if (kind === 'headers') return !['', '{}'].includes(text.trim());
  return kind === 'url' && (parseServerUrl(text)?.secrets ?? []).length > 0;
}
