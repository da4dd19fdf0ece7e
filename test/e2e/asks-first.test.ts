/** What cannot be undone is asked about at a terminal; a script is asked nothing. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { builtExecutable, executable, runProgram } from '../support/program.ts';
import { testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openTerminal, tmux } from '../support/terminal.ts';

const needs = [builtExecutable(), tmux()];
const old = 'WIN-1';
const unsentKeys = ['001800000000-00000000000000aa', '001800000060-00000000000000bb'];

/** A machine that has an id, two reports that no server took, and another file of settings. */
function createMachine(): string {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'config.json'),
    `{"system_id": "${old}", "url": "http://127.0.0.1:9"}`,
  );
  writeFileSync(join(folder, 'other.json'), '{"system_id": "WIN-2"}');
  const pending = join(folder, 'state', 'spool', 'pending');
  mkdirSync(pending, { recursive: true });
  for (const key of unsentKeys) writeFileSync(join(pending, `${key}.report`), '{}');
  return folder;
}

const idIn = (folder: string): unknown =>
  JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')).system_id;
const unsentIn = (folder: string): number =>
  readdirSync(join(folder, 'state', 'spool', 'pending')).filter((name) => name.endsWith('.report'))
    .length;

function open(folder: string, words: readonly string[]) {
  return openTerminal([executable, ...words], {
    SYSTEM_MONITOR_CONFIG: join(folder, 'config.json'),
    SYSTEM_MONITOR_STATE_DIR: join(folder, 'state'),
  });
}

interface Case {
  readonly words: (folder: string) => readonly string[];
  readonly question: string;
  /** Whether everything is as it was. */
  readonly isUntouched: (folder: string) => boolean;
}

const keepsId = (folder: string) => idIn(folder) === old;
const keepsReports = (folder: string) => unsentIn(folder) === 2;

const cases: Readonly<Record<string, Case>> = {
  'generate_system_id --save': {
    words: () => ['generate_system_id', '--save'],
    question: `The system id of this machine is ${old}. Change it to Linux-`,
    isUntouched: keepsId,
  },
  'config set system_id': {
    words: () => ['config', 'set', 'system_id', 'WIN-2'],
    question: 'Change it to WIN-2?',
    isUntouched: keepsId,
  },
  'config import of another id': {
    words: (folder) => ['config', 'import', join(folder, 'other.json')],
    question: 'Change it to WIN-2?',
    isUntouched: keepsId,
  },
  'spool drop --all': {
    words: () => ['spool', 'drop', '--state', 'pending', '--all'],
    question: 'Permanently delete 2 reports that no server has accepted?',
    isUntouched: keepsReports,
  },
  'spool drop of one': {
    words: () => ['spool', 'drop', '--state', 'pending', unsentKeys[0] ?? ''],
    question: 'Permanently delete 1 report that no server has accepted?',
    isUntouched: keepsReports,
  },
};

for (const [name, { words, question, isUntouched }] of Object.entries(cases)) {
  testWith(needs, `${name} asks, and no is the answer that is at hand`, async () => {
    const folder = createMachine();
    {
      using terminal = open(folder, words(folder));
      // It may be broken over two lines.
      await terminal.shows('(y/N)');
      expect(terminal.screen().replaceAll(/\s+/g, ' ')).toContain(question);
      expect(isUntouched(folder)).toBe(true);
      terminal.press('Enter');
      expect(await terminal.shows('ended with 130')).toContain('nothing was changed');
      expect(isUntouched(folder)).toBe(true);
    }
    using terminal = open(folder, words(folder));
    await terminal.shows('(y/N)');
    terminal.type('y');
    terminal.press('Enter');
    await terminal.shows('ended with 0');
    expect(isUntouched(folder)).toBe(false);
  });

  testWith(needs, `${name} asks nothing with --yes, nor in a script`, async () => {
    const atTerminal = createMachine();
    using terminal = open(atTerminal, [...words(atTerminal), '--yes']);
    expect(await terminal.shows('ended with 0')).not.toContain('y/N');
    expect(isUntouched(atTerminal)).toBe(false);
    const inScript = createMachine();
    expect(await runProgram(words(inScript), { folder: inScript })).toMatchObject({ code: 0 });
    expect(isUntouched(inScript)).toBe(false);
  });
}

testWith(needs, 'service uninstall --purge asks before it looks for a service', async () => {
  using terminal = open(temporaryFolder(), ['service', 'uninstall', '--purge']);
  await terminal.shows('(y/N)');
  expect(terminal.screen().replaceAll(/\s+/g, ' ')).toContain('all unsent reports?');
  terminal.press('C-c');
  expect(await terminal.shows('ended with 130')).toContain('nothing was changed');
});

testWith(needs, 'a first id, the same id, and nothing to delete are no question', async () => {
  const folder = createMachine();
  writeFileSync(join(folder, 'config.json'), '{}');
  for (const words of [
    ['config', 'set', 'system_id', 'WIN-3'],
    ['config', 'set', 'system_id', 'WIN-3'],
    ['spool', 'drop', '--all'],
  ]) {
    using terminal = open(folder, words);
    expect(await terminal.shows('ended with 0')).not.toContain('y/N');
  }
  expect(idIn(folder)).toBe('WIN-3');
});

testWith(
  needs,
  'the prompt asks when a new id is to be saved, and goes on where it is not',
  async () => {
    const folder = createMachine();
    using terminal = open(folder, ['config']);
    await terminal.shows('Close');
    terminal.press('Up', 'Enter');
    await terminal.shows('New System ID Generated!');
    terminal.press('Down', 'Down', 'Down', 'Down', 'Down', 'Enter');
    await terminal.shows('(y/N)');
    terminal.press('Enter');
    await terminal.shows('❯ Save (there are changes)');
    expect(idIn(folder)).toBe(old);
    terminal.press('Enter');
    await terminal.shows('(y/N)');
    terminal.type('y');
    terminal.press('Enter');
    await terminal.shows('ended with 0');
    expect(idIn(folder)).toMatch(/^(?:Linux|Darwin)-[0-9a-f]{32}$/);
    expect(existsSync(join(folder, 'config.json.new'))).toBe(false);
  },
);
