/** `config list`: every setting with its value, and where the value comes from. */
import { redactText } from '../base/redact.ts';
import type { Configuration } from '../config/configuration.ts';
import { settingKeys } from '../config/setting-table.ts';
import { formatSetting } from '../config/validate.ts';
import { formatTable } from './output/table.ts';
import type { Runtime } from './runtime.ts';

export async function printSettings(
  configuration: Configuration,
  runtime: Runtime,
  asJson: boolean,
): Promise<void> {
  const { settings, sources } = configuration.load();
  if (asJson) {
    await runtime.stdout.write(`${redactText(JSON.stringify(settings, null, 2))}\n`);
    return;
  }
  const rows = settingKeys.map((key) => [
    key,
    redactText(formatSetting(settings[key])),
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
