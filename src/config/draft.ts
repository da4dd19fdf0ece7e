/** Changes to the settings that are not saved yet, laid over those in force. */
import { MonitorError } from '../base/errors.ts';
import { defaultSettings, type Settings, type SettingsFile } from '../settings/settings.ts';
import type { Configuration } from './configuration.ts';

export interface SettingsDraft {
  /** Why the defaults stand here in place of the file's settings, where they do. */
  readonly unusable: MonitorError | undefined;
  /** With the changes. */
  settings(): Settings;
  hasChanges(): boolean;
  change(changes: SettingsFile): void;
  /** The file that was put aside because it was no JSON, if any. */
  save(): Promise<{ readonly putAside: string | undefined }>;
}

/** A damaged or wrong file must not lock its owner out of what mends it. Throws PERMISSION. */
export function draftSettings(configuration: Pick<Configuration, 'load' | 'save'>): SettingsDraft {
  const { settings, unusable } = loadOrDefaults(configuration);
  let changes: SettingsFile = {};
  return {
    unusable,
    settings: () => ({ ...settings, ...changes }),
    hasChanges: () => Object.keys(changes).length > 0,
    change: (next) => {
      changes = { ...changes, ...next };
    },
    save: () => configuration.save(changes),
  };
}

function loadOrDefaults(configuration: Pick<Configuration, 'load'>): {
  readonly settings: Settings;
  readonly unusable: MonitorError | undefined;
} {
  try {
    return { settings: configuration.load().settings, unusable: undefined };
  } catch (error) {
    if (!(error instanceof MonitorError) || error.code !== 'CONFIG_INVALID') throw error;
    return { settings: defaultSettings, unusable: error };
  }
}
