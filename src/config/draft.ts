/** Changes to the file's settings that are not saved yet, and what would be in force with them. */
import type { SettingProblem } from '../settings/check.ts';
import type { SettingKey } from '../settings/setting-table.ts';
import { defaultSettings, type Settings, type SettingsChanges } from '../settings/settings.ts';
import type { Configuration } from './configuration.ts';
import type { SettingSource } from './load.ts';

export interface SettingsDraft {
  /** In force with the changes. A wrong setting has its default here. */
  settings(): Settings;
  /** What the file would say: it may be hidden by the environment. Undefined where it says nothing. */
  inFile<Key extends SettingKey>(key: Key): Settings[Key] | undefined;
  /** Where a setting is from; undefined for its default. */
  sourceOf(key: SettingKey): SettingSource | undefined;
  /** What is wrong with a setting as it stands, unless it was changed. */
  problemOf(key: SettingKey): SettingProblem | undefined;
  hasChanges(): boolean;
  /** Undefined removes a key from the file. What is there already is no change. */
  change(changes: SettingsChanges): void;
  save(): Promise<void>;
}

/** Throws CONFIG_INVALID where the file is no JSON object, PERMISSION, or USAGE for a wrong flag. */
export function draftSettings(
  configuration: Pick<Configuration, 'loadGood' | 'save'>,
): SettingsDraft {
  const { settings, sources, problems, file = {} } = configuration.loadGood();
  const wrong = new Map<string, SettingProblem>(problems.map((one) => [one.key, one]));
  let changes: SettingsChanges = {};
  const isAbove = (key: string): boolean =>
    [...sources].some(([one, source]) => one === key && isStronger(source));

  function inForce(): Settings {
    const effective = Object.entries(changes).filter(([key]) => !isAbove(key));
    const given = effective.filter(([, value]) => value !== undefined);
    const removed = effective.filter(([, value]) => value === undefined).map(([key]) => key);
    const left = Object.entries(settings).filter(([key]) => !removed.includes(key));
    return { ...defaultSettings, ...Object.fromEntries(left), ...Object.fromEntries(given) };
  }

  return {
    settings: inForce,
    inFile: (key) => (Object.hasOwn(changes, key) ? changes[key] : file[key]),
    sourceOf(key) {
      if (isAbove(key) || !Object.hasOwn(changes, key)) return sources.get(key);
      return changes[key] === undefined ? undefined : 'file';
    },
    problemOf: (key) => (Object.hasOwn(changes, key) ? undefined : wrong.get(key)),
    hasChanges: () => Object.keys(changes).length > 0,
    change: (next) => {
      const before = new Map<string, unknown>(Object.entries(file));
      changes = Object.fromEntries(
        Object.entries({ ...changes, ...next }).filter(
          ([key, value]) => wrong.has(key) || !isSame(before.get(key), value),
        ),
      );
    },
    save: () => configuration.save(changes),
  };
}

function isStronger(source: SettingSource): boolean {
  return source === 'flag' || source === 'environment';
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
