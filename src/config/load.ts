/** The settings in force: flags > environment > file > defaults. Each key is judged by itself. */

import type { Disk } from '../base/disk.ts';
import type { SettingProblem } from '../settings/check.ts';
import { keepSecretsOf } from '../settings/secrets.ts';
import {
  environmentName,
  isSettingKey,
  type SettingKey,
  settingKeys,
} from '../settings/setting-table.ts';
import {
  defaultSettings,
  type Settings,
  type SettingsFile,
  type TypedSettings,
} from '../settings/settings.ts';
import { checkEnvironment, invalidSettings, parseFlags } from '../settings/validate.ts';
import { readDestination } from './destination.ts';
import { readSettings } from './file.ts';
import { readKeptSystemId } from './kept-system-id.ts';

/** `state`: the system id alone, kept in the state folder (kept-system-id.ts). */
export type SettingSource = 'flag' | 'environment' | 'file' | 'state';

export interface LoadOptions {
  readonly disk: Disk;
  /** The file; undefined where none is to be read. */
  readonly path?: string;
  /** Where a system id may be kept; undefined where none is wanted. */
  readonly stateFolder?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: TypedSettings;
}

export interface LoadedSettings {
  /** A setting whose value is wrong has its default here, and stands in `problems`. */
  readonly settings: Settings;
  /** A key that is missing here has its default. */
  readonly sources: ReadonlyMap<SettingKey, SettingSource>;
  /** The file's own settings, to be changed and saved. Undefined when there is none. */
  readonly file: SettingsFile | undefined;
  /** Values that would be in force and are wrong, with the file or the variable that holds each. */
  readonly problems: readonly (SettingProblem & { readonly source: string })[];
  /** Keys of the file that are no settings. */
  readonly unknown: readonly SettingProblem[];
}

/**
 * Reads the file once and lays the environment and the flags over it. Throws as readSettings, and
 * USAGE for a wrong flag.
 */
export function loadSettings(options: LoadOptions): LoadedSettings {
  const { path = '' } = options;
  const file = options.path === undefined ? undefined : readSettings(options.disk, path);
  const environment = checkEnvironment(options.environment);
  const flags = parseFlags(options.flags ?? {});
  const given: SettingsFile = { ...file?.settings, ...environment.settings, ...flags };
  const kept = given.system_id === undefined ? keptSystemId(options) : {};
  const sources = new Map<SettingKey, SettingSource>();
  for (const [source, values] of [
    ['state', kept],
    ['file', file?.settings ?? {}],
    ['environment', environment.settings],
    ['flag', flags],
  ] as const) {
    for (const key of Object.keys(values).filter(isSettingKey)) sources.set(key, source);
  }
  const settings: Settings = { ...defaultSettings, ...kept, ...given };
  // What stands above a wrong value makes it harmless; a wrong variable is no reason to obey the file.
  const wrong = new Map<string, LoadedSettings['problems'][number]>();
  for (const problem of file?.problems ?? []) wrong.set(problem.key, { ...problem, source: path });
  for (const key of Object.keys(environment.settings)) wrong.delete(key);
  for (const problem of environment.problems) wrong.set(problem.key, inEnvironment(problem));
  for (const key of Object.keys(flags)) wrong.delete(key);
  keepSecretsOf(settings);
  return {
    settings: withDefaults(settings, wrong),
    sources: new Map([...sources].filter(([key]) => !wrong.has(key))),
    file: file?.settings,
    problems: [...wrong.values()],
    unknown: file?.unknown ?? [],
  };
}

/** Throws CONFIG_INVALID where a value is wrong: nothing is done by a default that nobody chose. */
export function insistOnAll(loaded: LoadedSettings): LoadedSettings {
  const [first] = loaded.problems;
  if (first === undefined) return loaded;
  throw invalidSettings(
    first.source,
    loaded.problems.filter(({ source }) => source === first.source),
  );
}

function inEnvironment(problem: SettingProblem): LoadedSettings['problems'][number] {
  const name = isSettingKey(problem.key) ? environmentName(problem.key) : problem.key;
  return { ...problem, source: `environment variable ${name}` };
}

function withDefaults(settings: Settings, wrong: ReadonlyMap<string, unknown>): Settings {
  const rest = Object.entries(settings).filter(([key]) => !wrong.has(key));
  const isLeft = (key: SettingKey) => !wrong.has(key);
  if (settingKeys.every(isLeft)) return settings;
  return { ...defaultSettings, ...Object.fromEntries(rest) };
}

function keptSystemId({ disk, stateFolder }: LoadOptions): SettingsFile {
  if (stateFolder === undefined) return {};
  // As whom it reported last goes before what was made once.
  const kept = readDestination(disk, stateFolder)?.system_id ?? readKeptSystemId(disk, stateFolder);
  return kept === undefined ? {} : { system_id: kept };
}
