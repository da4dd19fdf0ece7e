/**
 * The configuration of this call, read and changed: what the commands and the background loop share.
 */
import type { Clock } from '../base/clock.ts';
import { MonitorError } from '../base/errors.ts';
import type { SettingsChanges, TypedSettings } from '../settings/settings.ts';
import { generateSystemId } from '../settings/system-id.ts';
import { putDamagedFileAside, readSettingsFile, writeSettingsFile } from './file.ts';
import { keepSystemId } from './kept-system-id.ts';
import { type LoadedSettings, loadSettings } from './load.ts';
import { findLocations, type LocationOptions, type Locations } from './locations.ts';
import type { StageSettings } from './stage-settings.ts';

export interface Configuration {
  readonly locations: Locations;
  /** The settings in force now. Throws CONFIG_INVALID, USAGE (a wrong flag) or PERMISSION. */
  load(): LoadedSettings;
  /**
   * Merges `changes` into the file. A file that is no JSON is put aside first, and the name it got
   * then is answered.
   */
  save(changes: SettingsChanges): Promise<{ readonly putAside: string | undefined }>;
  /**
   * As `load`; a missing system id is generated and saved first: in the file, or in the state folder
   * where the file may not be written.
   */
  loadWithSystemId(
    randomBytes: (size: number) => Uint8Array,
  ): Promise<LoadedSettings & { readonly systemId: string; readonly isNewId: boolean }>;
}

export function openConfiguration(
  options: LocationOptions,
  clock: Clock,
  flags: TypedSettings = {},
  stage?: StageSettings,
): Configuration {
  const { disk } = options;
  const locations = findLocations(options);
  const { path } = locations.configuration;
  const stateFolder = locations.state.path;

  function load(): LoadedSettings {
    return loadSettings({ disk, path, stateFolder, environment: options.environment, flags });
  }

  async function save(
    changes: SettingsChanges,
  ): Promise<{ readonly putAside: string | undefined }> {
    const putAside = putDamagedFileAside(disk, path, Math.floor(clock.epochMs() / 1000));
    const merged = { ...readSettingsFile(disk, path), ...changes };
    const kept = Object.fromEntries(
      Object.entries(merged).filter(([, value]) => value !== undefined),
    );
    await writeSettingsFile(disk, path, kept, stage);
    return { putAside };
  }

  async function loadWithSystemId(
    randomBytes: (size: number) => Uint8Array,
  ): Promise<LoadedSettings & { readonly systemId: string; readonly isNewId: boolean }> {
    const loaded = load();
    const existing = loaded.settings.system_id;
    if (existing !== undefined) return { ...loaded, systemId: existing, isNewId: false };
    const systemId = generateSystemId(options.platform, randomBytes);
    await saveNewId(systemId);
    return { ...load(), systemId, isNewId: true };
  }

  /** An id that cannot be kept would be another one at each start: another machine to the server. */
  async function saveNewId(systemId: string): Promise<void> {
    try {
      await save({ system_id: systemId });
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error;
      try {
        keepSystemId(disk, stateFolder, systemId);
      } catch {
        throw new MonitorError({
          code: error.code,
          operation: 'save the new system id',
          reason: error.message,
          hint: 'Set SYSTEM_MONITOR_SYSTEM_ID to an id that stays the same, or make the file writable.',
          cause: error,
        });
      }
    }
  }

  return { locations, load, save, loadWithSystemId };
}
