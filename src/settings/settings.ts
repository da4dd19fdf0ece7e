/** The settings as the rooms take them: types and defaults, both from the table. */
import type { SettingPiece, ValueOf } from './setting-row.ts';
import { type SettingKey, settingKeys, settingRow, type settingTable } from './setting-table.ts';

type Table = typeof settingTable;

type KeyWithDefault = {
  [Key in SettingKey]: Table[Key] extends { readonly default: unknown } ? Key : never;
}[SettingKey];

/** All settings of one moment. One without a default may be absent. */
export type Settings = { readonly [Key in KeyWithDefault]: ValueOf<Table[Key]> } & {
  readonly [Key in Exclude<SettingKey, KeyWithDefault>]?: ValueOf<Table[Key]>;
};

/**
 * Those that one piece is made of. Whoever takes no others reads nothing whose change would leave
 * the piece as it was.
 */
export type SettingsOf<Piece extends SettingPiece> = Pick<
  Settings,
  { [Key in SettingKey]: Table[Key]['piece'] extends Piece ? Key : never }[SettingKey]
>;

/** What the file, or a call, says: any of them. */
export type SettingsFile = Partial<Settings>;

/** As they are typed at a command line, each still a text. */
export type TypedSettings = Readonly<Partial<Record<SettingKey, string>>>;

/** What is to be saved: an undefined value removes its key. */
export type SettingsChanges = { readonly [Key in SettingKey]?: Settings[Key] | undefined };

export const defaultSettings: Settings = defaultsOfTable();

function defaultsOfTable(): Settings {
  const rows = settingKeys.map((key) => [key, settingRow(key).default] as const);
  const values = Object.fromEntries(rows.filter(([, value]) => value !== undefined));
  if (isComplete(values)) return values;
  throw new Error('a row of the table of settings has no default');
}

/** The compiler has held each default to its row's kind; a test holds it to the row's bounds. */
function isComplete(values: Readonly<Record<string, unknown>>): values is Settings {
  return settingKeys.every((key) => !('default' in settingRow(key)) || values[key] !== undefined);
}
