/** Whoever adds a part and forgets a place where parts are listed is told here, or by the compiler. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createProgram, runCli } from '../../../src/cli/cli.ts';
import { completionCommands } from '../../../src/cli/completion/tree.ts';
import { partFlags } from '../../../src/cli/part-flags.ts';
import type { CollectorTable } from '../../../src/collectors/collector.ts';
import {
  isPartName,
  isTold,
  type PartName,
  partNames,
  parts,
  sentParts,
} from '../../../src/collectors/index.ts';
import { createLazyCollector, systemKind } from '../../../src/collectors/lazy-collector.ts';
import { createRuntime } from '../../../src/main.ts';
import { statsSchema } from '../../../src/wire/stats.ts';
import { collectorContext } from '../../support/collector-context.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const top = join(import.meta.dirname, '../../..');
const program = createProgram({ runtime: createRuntime(), setExitCode: () => {} });
const told = partNames.filter((part) => isTold(part, systemKind(process.platform)));

/** Nothing but what this machine's other programs may be to blame for. */
const quiet = /^(?:system-monitor: Some names of processes are cut: .*\n)?$/;

/** What the command prints to a terminal, or to a pipe. */
async function printed(words: readonly string[], isTerminal: boolean): Promise<string> {
  let text = '';
  const stream = {
    isTerminal,
    columns: () => 200,
    write: async (more: string) => {
      text += more;
    },
  };
  const folder = temporaryFolder();
  const exitCode = await runCli({
    ...createRuntime(),
    arguments: [...words, '--config', join(folder, 'config.json'), '--state-dir', folder],
    environment: {},
    stdout: stream,
    stderr: { ...stream, write: async (message: string) => expect(message).toMatch(quiet) },
  });
  expect(exitCode).toBe(0);
  return text;
}

test('the table and the contract have the same parts in the same order', () => {
  expect(sentParts).toEqual(Object.keys(statsSchema.shape));
});

describe.each(partNames)('%s', (part) => {
  test('has a command that help and completion know, with the flags of its row', () => {
    const { summary, flags } = parts[part];
    expect(program.helpInformation()).toMatch(new RegExp(`^  ${part} .*${summary}`, 'm'));
    const completed = completionCommands(program).find(({ path }) => path === part);
    const names = completed?.options.flatMap((option) => option.names);
    expect(names).toEqual(
      expect.arrayContaining([
        '--json',
        '--wide',
        ...Object.keys(flags).map((flag) => `--${flag}`),
      ]),
    );
  });

  test('is explained in docs/collectors.md', () => {
    const page = readFileSync(join(top, 'docs/collectors.md'), 'utf8');
    expect(page).toContain(`\n## ${part}\n`);
  });

  test('has captured systems', () => {
    const folder = join(top, 'test/cases', part);
    expect(existsSync(folder) ? readdirSync(folder) : []).not.toEqual([]);
  });
});

test('stats takes the flags that mean the same to every part, and no others', () => {
  const names = (shown: readonly PartName[]) => partFlags(shown).map(({ option }) => option.long);
  expect(names(partNames)).toEqual(['--detail', '--scope', '--host-root']);
  expect(names(['disks'])).toEqual(['--include', '--exclude', '--host-root']);
});

test('a part that a kind of system does not tell is refused there, and loads nothing', async () => {
  const load = () => Promise.reject(new Error('loaded'));
  const table: CollectorTable<number> = { linux: 'none', win32: load, portable: load };
  const collector = createLazyCollector('load', table, collectorContext({ platform: 'linux' }));
  await expect(collector.collect()).rejects.toMatchObject({
    code: 'NOT_AVAILABLE',
    message: 'read load: this system does not provide it',
  });
});

test('stats shows every part that this system tells, in tables and in wide JSON', async () => {
  const headings = (await printed(['stats'], true))
    .split('\n')
    .filter((line) => isPartName(line.toLowerCase()) && line === line.toUpperCase());
  expect(headings.map((line) => line.toLowerCase()).sort()).toEqual([...told].sort());
  const wide = JSON.parse(await printed(['stats', '--json', '--wide'], true));
  expect(Object.keys(wide)).toEqual(told);
});

test('stats prints what is sent and nothing else, to a pipe and with --json', async () => {
  for (const [words, isTerminal] of [
    [['stats'], false],
    [['stats', '--json'], true],
  ] as const) {
    expect(Object.keys(JSON.parse(await printed(words, isTerminal)))).toEqual(sentParts);
  }
});

test.each(told)(
  '%s alone is a table at a terminal, and JSON where it is asked for',
  async (part) => {
    expect(await printed([part], true)).toMatch(/^[^{[]/);
    for (const words of [['--json'], ['--json', '--wide']]) {
      expect(typeof JSON.parse(await printed([part, ...words], true))).toBe('object');
    }
  },
);
