/** `config list`: every setting with its value, and where the value comes from. */
import { redactText } from '../base/redact.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Configuration } from '../config/configuration.ts';
import { settingKeys } from '../settings/setting-table.ts';
import { formatSetting } from '../settings/validate.ts';
import { formatTable } from './output/table.ts';

export async function printSettings(
  configuration: Configuration,
  runtime: Runtime,
  asJson: boolean,
): Promise<void> {
  const { settings: loaded, sources } = configuration.load();
  const settings = { ...loaded, headers: withHiddenValues(loaded.headers) };
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

/** A header may hold a key of an API; `config get headers` prints it to whoever asks for just that. */
function withHiddenValues(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, '[hidden]']));
}
