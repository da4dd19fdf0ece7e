/**
 * Writes the parts of the documentation that the code knows best: the table of settings in
 * docs/configuration.md. A test compares; run this when it says that they differ.
 *
 *   node scripts/write-docs.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SettingRow, settingGroups, settingPieces } from '../src/settings/setting-row.ts';
import {
  environmentName,
  flagName,
  type SettingKey,
  settingKeys,
  settingRow,
} from '../src/settings/setting-table.ts';
import { defaultSettings } from '../src/settings/settings.ts';
import { formatSetting } from '../src/settings/show.ts';

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
  const head = [
    '| setting, environment variable | what it does | value | default | for example | a change takes effect |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  return settingGroups
    .map((group) => {
      const rows = settingKeys.filter((key) => settingRow(key).group === group).map(settingLine);
      return `### ${group}\n\n${[...head, ...rows].join('\n')}\n`;
    })
    .join('\n');
}

function settingLine(key: SettingKey): string {
  const row = settingRow(key);
  const value = formatSetting(defaultSettings[key]);
  const cells = [
    `\`${key}\`<br>\`${environmentName(key)}\``,
    row.description,
    valueInWords(row),
    value === '' || value === '{}' ? '' : `\`${value}\``,
    `\`${row.example}\``,
    settingPieces[row.piece],
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** What it may be, and what of it is hidden wherever settings are shown. */
function valueInWords(row: SettingRow): string {
  switch (row.kind) {
    case 'text':
      return `\`${row.form}\``;
    case 'path':
      return `a ${row.names}`;
    case 'url': {
      const words = row.words.filter((word) => word !== '').map((word) => `, or \`${word}\``);
      return `an http:// or https:// address${words.join('')}; \`user:password@\` is shown nowhere`;
    }
    case 'integer':
    case 'number': {
      const number = row.kind === 'integer' ? 'whole number' : 'number';
      return `a ${number} of ${row.unit[1]}, ${row.min} to ${row.max}`;
    }
    case 'boolean':
      return '`true` or `false`';
    case 'choice':
      return Object.entries(row.choices)
        .map(([choice, meaning]) => `\`${choice}\` (${meaning})`)
        .join(', ');
    case 'patterns':
      return '[patterns](#patterns)';
    case 'headers':
      return 'a JSON object of names and values; the values are shown nowhere';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(configurationPage, withCurrentSettings(readFileSync(configurationPage, 'utf8')));
  console.log(`${settingKeys.length} settings; ${environmentName('url')}, ${flagName('url')}, …`);
}
