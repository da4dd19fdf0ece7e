/** The settings as a table, for people. */
import { left } from '../../base/table.ts';
import type { LoadedSettings } from '../../config/load.ts';
import { settingKeys } from '../../settings/setting-table.ts';
import { showSetting } from '../../settings/show.ts';
import { formatTable } from './table.ts';

export function formatSettings({ settings, sources }: LoadedSettings, columns: number): string {
  const rows = settingKeys.map((key) => [
    key,
    showSetting(key, settings[key]),
    sources.get(key) ?? 'default',
  ]);
  return formatTable([left('SETTING'), left('VALUE'), left('FROM')], rows, columns);
}
