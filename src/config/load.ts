/** The settings in force: flags > environment > file > defaults. */

import type { Disk } from '../base/disk.ts';
import {
  environmentName,
  flagName,
  type SettingKey,
  settingKeys,
} from '../settings/setting-table.ts';
import { defaultSettings, type Settings, type SettingsFile } from '../settings/settings.ts';
import { parseSetting, parseTypedSetting } from '../settings/validate.ts';
import { readSettingsFile } from './file.ts';
import { readKeptSystemId } from './kept-system-id.ts';

/** `state`: the system id alone, kept in the state folder (kept-system-id.ts). */
export type SettingSource = 'flag' | 'environment' | 'file' | 'state';

export interface LoadOptions {
  readonly disk: Disk;
  readonly path: string;
  /** Where a system id may be kept; undefined where none is wanted. */
  readonly stateFolder?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Texts as they were typed, by key. */
  readonly flags?: Readonly<Partial<Record<SettingKey, string>>>;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** A key that is missing here has its default. */
  readonly sources: ReadonlyMap<SettingKey, SettingSource>;
  /** The file's own content, to be changed and saved. Undefined when there is none. */
  readonly file: SettingsFile | undefined;
}

/** Reads the file once and lays the environment and the flags over it. Throws as readSettingsFile. */
export function loadSettings(options: LoadOptions): LoadedSettings {
  const file = readSettingsFile(options.disk, options.path);
  let given: SettingsFile = { ...file };
  const sources = new Map<SettingKey, SettingSource>();
  for (const key of settingKeys) {
    if (given[key] !== undefined) sources.set(key, 'file');
    const variable = environmentName(key);
    const fromEnvironment = options.environment[variable];
    if (fromEnvironment !== undefined && fromEnvironment !== '') {
      const source = `environment variable ${variable}`;
      given = { ...given, ...parseSetting(key, fromEnvironment, source) };
      sources.set(key, 'environment');
    }
    const fromFlag = options.flags?.[key];
    if (fromFlag !== undefined) {
      given = { ...given, ...parseTypedSetting(key, fromFlag, `flag ${flagName(key)}`) };
      sources.set(key, 'flag');
    }
  }
  if (given.system_id === undefined && options.stateFolder !== undefined) {
    const kept = readKeptSystemId(options.disk, options.stateFolder);
    if (kept !== undefined) {
      given = { ...given, system_id: kept };
      sources.set('system_id', 'state');
    }
  }
  return { settings: { ...defaultSettings, ...given }, sources, file };
}
