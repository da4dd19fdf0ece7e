/** `config list`: every setting with its value, and where the value comes from. */
import type { Runtime } from '../base/runtime.ts';
import type { Configuration } from '../config/configuration.ts';
import { settingKeys } from '../settings/setting-table.ts';
import { showSetting, showSettings } from '../settings/show.ts';
import { formatTable } from './output/table.ts';

export async function printSettings(
  configuration: Configuration,
  runtime: Runtime,
  asJson: boolean,
): Promise<void> {
  const { settings, sources } = configuration.load();
  if (asJson) {
    await runtime.stdout.write(`${JSON.stringify(showSettings(settings), null, 2)}\n`);
    return;
  }
  const rows = settingKeys.map((key) => [
    key,
    showSetting(key, settings[key]),
    sources.get(key) ?? 'default',
  ]);
  const table = formatTable(
    [
      { title: 'SETTING', align: 'left' },
      { title: 'VALUE', align: 'left' },
      { title: 'FROM', align: 'left' },
    ],
    rows,
    runtime.stdout.columns() ?? 80,
  );
  await runtime.stdout.write(table);
}
