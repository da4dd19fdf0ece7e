/**
 * Writes the parts of the documentation that the code knows best: the settings in
 * docs/configuration.md, the events in docs/log.md, the exit codes in docs/exit-codes.md and
 * README.md. A test compares; run this when it says that they differ.
 *
 *   node scripts/write-docs.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeRows, exitCodesOf } from '../src/base/exit-codes.ts';
import { logEvents } from '../src/base/log-events.ts';
import { type SettingRow, settingGroups, settingPieces } from '../src/settings/setting-row.ts';
import {
  environmentName,
  type SettingKey,
  settingKeys,
  settingRow,
} from '../src/settings/setting-table.ts';
import { defaultSettings } from '../src/settings/settings.ts';
import { formatSetting } from '../src/settings/show.ts';
import { explainedExitCodes } from './exit-code-reasons.ts';

interface Page {
  readonly path: string;
  /** The page with its generated part as the code has it now. */
  readonly current: (text: string) => string;
}

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const docs = join(top, 'docs');

export const pages: readonly Page[] = [
  {
    path: join(docs, 'configuration.md'),
    current: (text) => replace(text, 'settings', settingsTable()),
  },
  { path: join(docs, 'log.md'), current: (text) => replace(text, 'events', eventsTable()) },
  {
    path: join(docs, 'exit-codes.md'),
    current: (text) =>
      replace(
        replace(text, 'exit codes', exitCodesTable()),
        'exit codes of commands',
        commandsTable(),
      ),
  },
  {
    path: join(top, 'README.md'),
    current: (text) => replace(text, 'exit codes', exitCodesLine()),
  },
];

function replace(page: string, what: string, part: string): string {
  const begin = `<!-- ${what}: written by scripts/write-docs.ts -->\n`;
  const from = page.indexOf(begin);
  const to = page.indexOf(`<!-- end of ${what} -->`);
  if (from < 0 || to < from) throw new Error(`a page has lost its marks: ${begin}`);
  return `${page.slice(0, from)}${begin}${part}${page.slice(to)}`;
}

function eventsTable(): string {
  const rows = Object.entries(logEvents).map(([event, told]) => `| \`${event}\` | ${told} |`);
  return ['| event | what it tells |', '| --- | --- |', ...rows, ''].join('\n');
}

function exitCodesTable(): string {
  const rows = explainedExitCodes.map(
    ({ code, meaning, when }) => `| ${code} | ${meaning} | ${when} |`,
  );
  return ['| exit code | meaning | when |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function commandsTable(): string {
  const commands = new Set(exitCodeRows.flatMap(({ says }) => Object.keys(says)));
  const rows = [...commands].map((words) => {
    const codes = exitCodesOf(words).map(([code, says]) => `${code}: ${says}`);
    return `| \`${words}\` | ${codes.join('<br>')} |`;
  });
  return ['| command | what its exit code says |', '| --- | --- |', ...rows, ''].join('\n');
}

function exitCodesLine(): string {
  const codes = exitCodeRows.map(({ code, meaning }) => `${code} ${meaning}`);
  return `[Exit codes](docs/exit-codes.md): ${codes.join(', ')}.\n`;
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
    row.description.replaceAll('<', '\\<'),
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
      return `an http:// or https:// address${words.join('')}; \`user:password@\` and the values of its query are shown nowhere`;
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
      return 'a JSON object of names and values; the values are never shown';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, current } of pages) writeFileSync(path, current(readFileSync(path, 'utf8')));
}
