/**
 * Every check of the project, in the order in which a mistake is found soonest: types, lint, dead
 * code, the build, then the tests, which try the very executable that was built.
 *
 *   npm test                    all of it
 *   npm test -- test/unit       the tests whose path matches, after the same checks
 *
 * The last line is `N passed, N failed, N skipped`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const executable = join(
  top,
  'dist',
  process.platform === 'win32' ? 'system-monitor.exe' : 'system-monitor',
);
const bin = (name: string): string => join(top, 'node_modules', name);

const checks: readonly Check[] = [
  { name: 'types', command: [bin('typescript/bin/tsc'), '--noEmit'] },
  {
    name: 'types of the page',
    command: [bin('typescript/bin/tsc'), '--noEmit', '-p', join(top, 'server-example', 'web')],
  },
  { name: 'lint', command: [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'tidy', command: [join(top, 'scripts', 'tidy.ts')] },
  { name: 'dead code', command: [bin('knip/bin/knip.js')] },
  { name: 'build', command: [join(top, 'build', 'build.ts')] },
];

function main(): number {
  const failedChecks: string[] = [];
  for (const check of checks) {
    console.log(`\n== ${check.name}`);
    if (!succeeds(check.command)) failedChecks.push(check.name);
  }
  console.log('\n== tests');
  const tests = runTests(process.argv.slice(2));
  const total: Counts = {
    passed: checks.length - failedChecks.length + tests.passed,
    failed: failedChecks.length + tests.failed,
    skipped: tests.skipped,
  };
  for (const name of failedChecks) console.log(`failed: ${name}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 ? 0 : 1;
}

function succeeds(command: readonly string[]): boolean {
  const result = spawnSync(process.execPath, command, { cwd: top, stdio: 'inherit' });
  return result.status === 0;
}

function runTests(words: readonly string[]): Counts {
  const report = join(top, 'dist', 'test-report.json');
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      bin('jest/bin/jest.js'),
      '--json',
      `--outputFile=${report}`,
      ...words,
    ],
    {
      cwd: top,
      // With --json, jest repeats the whole report on standard output: only its own lines are wanted.
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { SYSTEM_MONITOR_EXECUTABLE: executable, ...process.env },
    },
  );
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  return countsOf(readFileSync(report, 'utf8'));
}

/** A test file that cannot even be loaded has no tests to fail: it counts as one failure itself. */
function countsOf(text: string): Counts {
  const report: unknown = JSON.parse(text);
  const brokenFiles = numberAt(report, 'numRuntimeErrorTestSuites');
  const passed = numberAt(report, 'numPassedTests');
  const failed = numberAt(report, 'numFailedTests') + brokenFiles;
  const nothingRan = passed + failed === 0;
  return {
    passed,
    failed: nothingRan ? 1 : failed,
    skipped: numberAt(report, 'numPendingTests') + numberAt(report, 'numTodoTests'),
  };
}

function numberAt(report: unknown, key: string): number {
  const value: unknown =
    typeof report === 'object' && report !== null ? Reflect.get(report, key) : undefined;
  if (typeof value !== 'number') throw new TypeError(`jest's report has no number ${key}`);
  return value;
}

process.exitCode = main();
