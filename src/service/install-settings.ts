/**
 * What a service begins with: its own settings if it has been here before, then this call's flags,
 * and for what neither names the settings of the person who calls.
 */
import type { Disk } from '../base/disk.ts';
import { MonitorError } from '../base/errors.ts';
import { readDestination } from '../config/destination.ts';
import { readSettings, type SettingsText } from '../config/file.ts';
import { loadSettings } from '../config/load.ts';
import type { OwnPaths } from '../config/locations.ts';
import { isSettingKey, type SettingKey } from '../settings/setting-table.ts';
import type { SettingsFile } from '../settings/settings.ts';
import { invalidSettings } from '../settings/validate.ts';

/** What is taken from a person's settings. The others may name files that the service cannot read. */
export const takenKeys = ['system_id', 'url', 'name', 'interval'] as const;

export interface InstallSettingsOptions {
  readonly disk: Disk;
  /** The service's own file, which may be there. */
  readonly configurationFile: string;
  /** The service's own: it says whether the service has ever reported. */
  readonly stateFolder: string;
  readonly flags: SettingsFile;
  /** A file whose settings are all wanted. */
  readonly whole: string | undefined;
  /** A file to take from in place of the person's own. */
  readonly from: string | undefined;
  /** Where the person's own may be, in the order in which they are looked for. */
  readonly own: readonly OwnPaths[];
}

export interface InstallSettings {
  /** To be saved over what stands in the service's file. */
  readonly changes: SettingsFile;
  /** With the changes. The id may still be missing here, and stand in the state folder. */
  readonly settings: SettingsFile;
  /** Undefined where nothing was taken. */
  readonly taken: TakenSettings | undefined;
  /**
   * The service never reported, nor could it: a package has just brought it, with an id that no
   * server knows. The person's goes before that one.
   */
  readonly isUnused: boolean;
}

export interface TakenSettings {
  readonly path: string;
  /** Of whose settings these are; undefined where a file was named. */
  readonly stateFolder: string | undefined;
  readonly keys: readonly SettingKey[];
  /** Those that stand there as well, and were left. */
  readonly left: readonly SettingKey[];
}

/**
 * Throws CONFIG_INVALID where a setting that would be in force is wrong, or a file is damaged;
 * PERMISSION; NOT_AVAILABLE where a file that was named is not there.
 */
export function settleSettings(options: InstallSettingsOptions): InstallSettings {
  const { disk, configurationFile, flags, whole } = options;
  const before = readSettings(disk, configurationFile);
  const given = { ...allOf(disk, whole), ...flags };
  if (before !== undefined) insistOnGood(before, configurationFile, given);
  const known: SettingsFile = { ...before?.settings, ...given };
  const isNamed = options.from !== undefined;
  const hasUrl = before?.settings.url !== undefined;
  const isUnused = !hasUrl && readDestination(disk, options.stateFolder) === undefined;
  const wants = whole === undefined && (isNamed || !hasUrl);
  const found = wants ? findPersons(options) : undefined;
  if (found === undefined) return { changes: given, settings: known, taken: undefined, isUnused };
  // A file that was named for it goes before what the service has; for the flags nothing does.
  const { system_id: _unused, ...rest } = before?.settings ?? {};
  const own = isNamed ? {} : isUnused ? rest : before?.settings;
  const stronger: SettingsFile = { ...own, ...given };
  const keys = takenKeys.filter(
    (key) => found.settings[key] !== undefined && stronger[key] === undefined,
  );
  const taken: SettingsFile = pick(found.settings, keys);
  const others = Object.keys(found.settings).filter(isSettingKey);
  return {
    changes: { ...taken, ...given },
    settings: { ...known, ...taken, ...given },
    isUnused,
    taken: {
      path: found.path,
      stateFolder: found.stateFolder,
      keys,
      left: others.filter((key) => !takenKeys.some((one) => one === key)),
    },
  };
}

interface FoundSettings extends Pick<TakenSettings, 'path' | 'stateFolder'> {
  readonly settings: SettingsFile;
}

function findPersons({ disk, from, own }: InstallSettingsOptions): FoundSettings | undefined {
  if (from !== undefined) {
    const settings = readPersons(disk, from, undefined);
    if (settings === undefined) throw noSuchFile(from);
    return { path: from, stateFolder: undefined, settings };
  }
  const all = own.flatMap(({ configurationFile: path, stateFolder }) => {
    const settings = readPersons(disk, path, stateFolder);
    return settings === undefined ? [] : [{ path, stateFolder, settings }];
  });
  return all.find(({ settings }) => settings.url !== undefined) ?? all[0];
}

/** Undefined where there is no file. The id may be kept beside the person's unsent reports. */
function readPersons(
  disk: Disk,
  path: string,
  stateFolder: string | undefined,
): SettingsFile | undefined {
  const loaded = loadSettings({
    ...{ disk, path, environment: {} },
    ...(stateFolder === undefined ? {} : { stateFolder }),
  });
  if (loaded.file === undefined) return undefined;
  const wrong = loaded.problems.filter(({ key }) => takenKeys.some((one) => one === key));
  if (wrong.length > 0) throw invalidSettings(path, wrong);
  const { system_id: systemId } = loaded.settings;
  return { ...loaded.file, ...(systemId === undefined ? {} : { system_id: systemId }) };
}

function allOf(disk: Disk, path: string | undefined): SettingsFile {
  if (path === undefined) return {};
  const found = readSettings(disk, path);
  if (found === undefined) throw noSuchFile(path);
  insistOnGood(found, path, {});
  return found.settings;
}

/** What this call replaces may be wrong. */
function insistOnGood({ problems }: SettingsText, path: string, given: SettingsFile): void {
  const wrong = problems.filter(({ key }) => !Object.hasOwn(given, key));
  if (wrong.length > 0) throw invalidSettings(path, wrong);
}

function pick(settings: SettingsFile, keys: readonly SettingKey[]): SettingsFile {
  return Object.fromEntries(keys.map((key) => [key, settings[key]]));
}

function noSuchFile(path: string): MonitorError {
  return new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: `read ${path}`,
    reason: 'there is no such file',
  });
}
