/** The settings as a table, for people. */
import { left } from '../../base/table.ts';
import type { LoadedSettings } from '../../config/load.ts';
import { settingKeys } from '../../settings/setting-table.ts';
import { showSetting } from '../../settings/show.ts';
import { formatTable } from './table.ts';

export function formatSettings(
  { settings, sources, problems }: LoadedSettings,
  columns: number,
): string {
  const rows = settingKeys.map((key) => {
    const wrong = problems.find((problem) => problem.key === key);
    if (wrong !== undefined) return [key, '(wrong)', wrong.source];
    return [key, showSetting(key, settings[key]), sources.get(key) ?? 'default'];
  });
  return formatTable([left('SETTING'), left('VALUE'), left('FROM')], rows, columns);
}
