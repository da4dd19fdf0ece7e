/**
 * The configuration of this call, read and changed: what the commands and the background loop share.
 */
import type { Clock } from '../base/clock.ts';
import type { Disk } from '../base/disk.ts';
import { MonitorError } from '../base/errors.ts';
import type { TypedSettings } from '../settings/settings.ts';
import { generateSystemId } from '../settings/system-id.ts';
import { validateSettingsFile } from '../settings/validate.ts';
import { readSettings, writeSettingsFile } from './file.ts';
import { keepSystemId } from './kept-system-id.ts';
import { insistOnAll, type LoadedSettings, loadSettings } from './load.ts';
import { findLocations, type LocationOptions, type Locations } from './locations.ts';
import { type RepairedSettings, repairSettings } from './repair.ts';
import type { StageSettings } from './stage-settings.ts';

export interface Configuration {
  readonly locations: Locations;
  /**
   * For files that the settings name: with root's rights only where no lesser user could have named
   * them, nor is the one who is to use them.
   */
  namedFiles(): Disk;
  /**
   * The settings in force now. Throws CONFIG_INVALID where one is wrong or the file is damaged, USAGE
   * (a wrong flag) or PERMISSION.
   */
  load(): LoadedSettings;
  /** As `load`; wrong ones are told in `problems`, and have their defaults. */
  loadGood(): LoadedSettings;
  /**
   * Changes these keys in the file and leaves the others as they stand there, right or wrong. Throws
   * CONFIG_INVALID where one of these is wrong, or where the file is no JSON object: it stays as it is.
   */
  save(changes: Readonly<Record<string, unknown>>): Promise<void>;
  /** Saves what can be read of a damaged file, which is kept under another name. */
  repair(): Promise<RepairedSettings>;
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

  function loadGood(): LoadedSettings {
    return loadSettings({ disk, path, stateFolder, environment: options.environment, flags });
  }

  const load = (): LoadedSettings => insistOnAll(loadGood());

  async function save(changes: Readonly<Record<string, unknown>>): Promise<void> {
    validateSettingsFile(changes, 'the settings to save');
    const merged = { ...readSettings(disk, path)?.values, ...changes };
    const kept = Object.fromEntries(
      Object.entries(merged).filter(([, value]) => value !== undefined),
    );
    await writeSettingsFile(disk, path, kept, stage);
  }

  const repair = (): Promise<RepairedSettings> =>
    repairSettings(disk, path, Math.floor(clock.epochMs() / 1000), stage);

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

  const namedFiles = (): Disk => disk.withRightsOf([path, stateFolder]);

  return { locations, namedFiles, load, loadGood, save, repair, loadWithSystemId };
}
