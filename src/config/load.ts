/** The settings in force: flags > environment > file > defaults. */

import type { Disk } from '../base/disk.ts';
import { isSettingKey, type SettingKey } from '../settings/setting-table.ts';
import {
  defaultSettings,
  type Settings,
  type SettingsFile,
  type TypedSettings,
} from '../settings/settings.ts';
import { parseEnvironment, parseFlags } from '../settings/validate.ts';
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
  readonly flags?: TypedSettings;
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
  const environment = parseEnvironment(options.environment);
  const flags = parseFlags(options.flags ?? {});
  const given: SettingsFile = { ...file, ...environment, ...flags };
  const kept = given.system_id === undefined ? keptSystemId(options) : {};
  const sources = new Map<SettingKey, SettingSource>();
  for (const [source, values] of [
    ['state', kept],
    ['file', file ?? {}],
    ['environment', environment],
    ['flag', flags],
  ] as const) {
    for (const key of Object.keys(values).filter(isSettingKey)) sources.set(key, source);
  }
  return { settings: { ...defaultSettings, ...kept, ...given }, sources, file };
}

function keptSystemId({ disk, stateFolder }: LoadOptions): SettingsFile {
  const kept = stateFolder === undefined ? undefined : readKeptSystemId(disk, stateFolder);
  return kept === undefined ? {} : { system_id: kept };
}
