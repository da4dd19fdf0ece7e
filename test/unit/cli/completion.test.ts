/** Each shell is asked itself what it would offer at the end of a line, with our script taken in. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Argument, Command } from 'commander';
import { createProgram } from '../../../src/cli/cli.ts';
import { type CompletionShell, completionScript } from '../../../src/cli/completion/index.ts';
import { createRuntime } from '../../../src/main.ts';
import { type Requirement, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const program = createProgram({ runtime: createRuntime(), setExitCode: () => {} });

function installed(shell: string): Requirement {
  return { met: spawnSync(shell, ['-c', 'true']).status === 0, reason: `needs ${shell}` };
}

/** Prints what is offered after a line, one a line. `$1` is the script, the other words the line's. */
const askers: Readonly<Record<string, string>> = {
  bash: `
. "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_system_monitor
printf '%s\\n' "\${COMPREPLY[@]}"`,
  // Outside of a line editor zsh has nobody to show matches to: what would be shown is printed.
  zsh: `
_describe() { local list=$@[-1]; print -l -- "\${(@)\${(P)list}%%:*}" }
_files() { [[ $1 == -/ ]] && print -l -- *(-/) || print -l -- * }
. "$1"; shift
words=("$@") CURRENT=$#
_system-monitor | grep -- "^\${words[-1]}"`,
  fish: `
source $argv[1]
complete -C (string join ' ' -- (string escape -- $argv[2..-2]) $argv[-1]) | string replace -r '\\t.*' ''`,
};

function offered(shell: 'bash' | 'zsh' | 'fish', ...line: readonly string[]): readonly string[] {
  const folder = temporaryFolder();
  const script = join(folder, 'script');
  writeFileSync(script, completionScript(program, shell));
  mkdirSync(join(folder, 'here/some-folder'), { recursive: true });
  writeFileSync(join(folder, 'here/some-file'), '');
  const asker = join(folder, 'asker');
  writeFileSync(asker, askers[shell] ?? '');
  const { stdout, stderr } = spawnSync(shell, [asker, script, 'system-monitor', ...line], {
    cwd: join(folder, 'here'),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder, TERM: 'dumb' },
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe.each(['bash', 'zsh', 'fish'] as const)('%s', (shell) => {
  const needs = [installed(shell)];

  testWith(needs, 'offers the commands that begin so', () => {
    expect([...offered(shell, 'co')].sort()).toEqual(['completion', 'config']);
    expect([...offered(shell, 'gen')]).toEqual(['generate_system_id']);
  });

  testWith(needs, 'keeps hidden commands to itself', () => {
    expect(offered(shell, 'probe')).toEqual([]);
  });

  testWith(needs, 'offers the commands below a command', () => {
    expect([...offered(shell, 'service', 'st')].sort()).toEqual(['start', 'status', 'stop']);
  });

  testWith(needs, 'is not misled by options and their values', () => {
    expect(offered(shell, '--config', 'service', 'config', 'val')).toEqual(['validate']);
    expect(offered(shell, 'service', '--state-dir', '/tmp', 'unin')).toEqual(['uninstall']);
  });

  testWith(needs, 'offers the options of a command and those that hold everywhere', () => {
    expect(offered(shell, 'service', 'uninstall', '--p')).toEqual(['--purge']);
    expect(offered(shell, 'service', 'uninstall', '--con')).toEqual(['--config']);
    expect(offered(shell, 'cpu', '--p')).toEqual([]);
  });

  testWith(needs, 'offers the settings where one is asked for, and nowhere else', () => {
    expect(offered(shell, 'config', 'get', 'int')).toEqual(['interval']);
    expect(offered(shell, 'spool', 'show', 'int')).toEqual([]);
  });

  testWith(needs, 'offers the values of a choice, after its option and after its setting', () => {
    expect([...offered(shell, 'background', '--log-level', '')].sort()).toEqual([
      'debug',
      'error',
      'info',
      'warn',
    ]);
    expect(offered(shell, 'background', '--compression', 'z')).toEqual(['zstd']);
    expect(offered(shell, 'config', 'set', 'processes_detail', 'na')).toEqual(['names']);
    expect(offered(shell, 'memory', '--scope', 'c')).toEqual(['container']);
    expect(offered(shell, 'config', 'set', 'url', 'int')).toEqual([]);
  });

  testWith(needs, 'offers files and folders for a setting that names one', () => {
    expect(offered(shell, 'background', '--log-file', 'some-fi')).toEqual(['some-file']);
    expect(offered(shell, 'config', 'set', 'token_file', 'some-fi')).toEqual(['some-file']);
    const folders = offered(shell, 'config', 'set', 'host_root', 'some');
    expect(folders.map((word) => word.replace(/\/$/, ''))).toEqual(['some-folder']);
  });

  testWith(needs, 'offers files where a file, folders where a folder is asked for', () => {
    const withoutSlash = (words: readonly string[]) => words.map((word) => word.replace(/\/$/, ''));
    expect([...withoutSlash(offered(shell, '--config', 'some'))].sort()).toEqual([
      'some-file',
      'some-folder',
    ]);
    expect(withoutSlash(offered(shell, '--state-dir', 'some'))).toEqual(['some-folder']);
    expect(withoutSlash(offered(shell, 'config', 'validate', 'some-fi'))).toEqual(['some-file']);
  });
});

describe('quoting', () => {
  const odd = new Command('system-monitor').description('x');
  odd.command("it's").description('a \'quote\', a $(command), a `tick`, a: colon, a "pair" and \\');
  odd.command('say').addArgument(new Argument('<word>').choices(['yes', 'no']));

  for (const [shell, flag] of [
    ['bash', '-n'],
    ['zsh', '-n'],
    ['fish', '--no-execute'],
  ] as const) {
    testWith([installed(shell)], `${shell} reads a script with odd descriptions`, () => {
      const file = join(temporaryFolder(), 'script');
      writeFileSync(file, completionScript(odd, shell));
      expect(spawnSync(shell, [flag, file], { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    });
  }

  test('PowerShell, which is not at hand here, gets every quotation mark doubled', () => {
    const script = completionScript(odd, 'powershell');
    expect(script).toContain("@('it''s', 'a ''quote'', a $(command), a `tick`, a: colon,");
    for (const line of script.split('\n').filter((one) => one.includes('@('))) {
      expect({ line, quotes: (line.match(/'/g) ?? []).length % 2 }).toEqual({ line, quotes: 0 });
    }
  });
});

test.each(['bash', 'zsh', 'fish', 'powershell'] as const)(
  'the script for %s names every visible command',
  (shell: CompletionShell) => {
    const script = completionScript(program, shell);
    for (const command of program.createHelp().visibleCommands(program)) {
      if (command.name() !== 'help') expect(script).toContain(command.name());
    }
  },
);
