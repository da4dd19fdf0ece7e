/**
 * Writes the parts of the documentation that the code knows best: the table of settings in
 * docs/configuration.md. A test compares; run this when it says that they differ.
 *
 *   node scripts/write-docs.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  describeSetting,
  environmentName,
  flagName,
  settingGroups,
  settingKeys,
} from '../src/settings/setting-table.ts';
import { formatSetting, validateSettings } from '../src/settings/validate.ts';

const begin = '<!-- settings: written by scripts/write-docs.ts -->';
const end = '<!-- end of settings -->';

export const configurationPage = join(
  dirname(dirname(fileURLToPath(import.meta.url))),
  'docs',
  'configuration.md',
);

/** The page with its table as the code has it now. */
export function withCurrentSettings(page: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/configuration.md has lost its marks: ${begin}`);
  return `${page.slice(0, from)}${begin}\n${settingsTable()}${page.slice(to)}`;
}

function settingsTable(): string {
  const defaults = validateSettings({}, 'the defaults');
  return settingGroups
    .map((group) => {
      const rows = settingKeys
        .filter((key) => describeSetting(key).group === group)
        .map((key) => {
          const { description, example } = describeSetting(key);
          const value = formatSetting(defaults[key]);
          const shown = value === '' || value === '{}' ? '' : `\`${value}\``;
          return `| \`${key}\` | ${description} | ${shown} | \`${example}\` |`;
        });
      const head = [
        '| setting | what it does | default | for example |',
        '| --- | --- | --- | --- |',
      ];
      return `### ${group}\n\n${[...head, ...rows].join('\n')}\n`;
    })
    .join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(configurationPage, withCurrentSettings(readFileSync(configurationPage, 'utf8')));
  console.log(`${settingKeys.length} settings; ${environmentName('url')}, ${flagName('url')}, …`);
}
