/**
 * Takes each call that makes something durable out of src/, one at a time and in a copy of this tree,
 * and runs test/durability: a call that no test misses is either not needed or not tested.
 *
 *   node scripts/mutate/syncs.ts      exit code 1 where a call is not missed
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const deadlineMs = 300_000;
/** Of the disk's port, and of what the real disk makes of it. */
const call = /[A-Za-z_.]*\.(?:sync|syncFolder)\(|\bfsyncSync\(/;
const nothing = '((..._: unknown[]) => undefined)(';

interface Outcome {
  readonly exitCode: number | null;
  readonly seconds: number;
  /** Names of the tests that failed. */
  readonly failed: readonly string[];
}

function filesOf(...patterns: string[]): string[] {
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard', ...patterns], {
    cwd: top,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((path) => path !== '');
}

function runTests(folder: string): Outcome {
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(
    'npm',
    ['run', '--silent', 'jest', '--', 'test/durability'],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: deadlineMs,
    },
  );
  return {
    exitCode: status,
    seconds: Math.round((performance.now() - startedMs) / 1000),
    failed: [...stderr.matchAll(/^ {2}● (.+)$/gm)].map((match) => match[1] ?? ''),
  };
}

function isCall(line: string): boolean {
  return call.test(line) && !/^\s*(?:\/\/|\*|\/\*)/.test(line);
}

const folder = mkdtempSync(join(tmpdir(), 'system-monitor-mutate-'));
let survivors = 0;
try {
  for (const path of filesOf()) cpSync(join(top, path), join(folder, path), { recursive: true });
  symlinkSync(join(top, 'node_modules'), join(folder, 'node_modules'));
  const whole = runTests(folder);
  console.log(`unchanged: exit code ${whole.exitCode} after ${whole.seconds} s`);
  if (whole.exitCode !== 0) throw new Error(`test/durability fails as it is: ${whole.failed}`);
  for (const path of filesOf('src/*.ts').filter((one) => !one.endsWith('.d.ts'))) {
    const source = readFileSync(join(top, path), 'utf8');
    const lines = source.split('\n');
    for (const [at, line] of lines.entries()) {
      if (!isCall(line)) continue;
      const changed = lines.with(at, line.replace(call, nothing));
      writeFileSync(join(folder, path), changed.join('\n'));
      const { exitCode, seconds, failed } = runTests(folder);
      if (exitCode !== 1) survivors += 1;
      console.log(
        `${path}:${at + 1}  ${line.trim()}\n  exit code ${exitCode} after ${seconds} s` +
          [...new Set(failed)].map((name) => `\n  - ${name}`).join(''),
      );
    }
    writeFileSync(join(folder, path), source);
  }
  console.log(survivors === 0 ? 'every call is missed' : `${survivors} calls are not missed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = survivors === 0 ? 0 : 1;
