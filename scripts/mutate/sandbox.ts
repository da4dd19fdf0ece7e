/** A copy of the working tree in which one file at a time is wrong, and the tests that run there. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';

export interface TestRun {
  readonly outcome: 'passed' | 'failed' | 'timed-out';
  readonly seconds: number;
}

export interface Sandbox {
  /** Tests of these folders that a change of one of the files may concern. */
  related(paths: readonly string[], folders: readonly string[]): Promise<readonly string[]>;
  run(tests: readonly string[], timeoutMs: number): Promise<TestRun>;
  /** Also which lines of which files the tests pass through. */
  trace(test: string, timeoutMs: number): Promise<TestRun & { readonly lines: Lines }>;
  write(path: string, text: string): void;
}

/** For each file, from the top of the repository, its lines that were run, from 1. */
export type Lines = Readonly<Record<string, readonly number[]>>;

export function createSandbox(top: string, folder: string, paths: Iterable<string>): Sandbox {
  rmSync(folder, { recursive: true, force: true });
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(top, path), join(folder, path), { verbatimSymlinks: true });
  }
  symlinkSync(join(top, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const coverage = join(folder, 'dist', 'coverage');

  const jest = (words: readonly string[], timeoutMs: number) =>
    runJest(folder, [...words, '--cacheDirectory', join(dirname(folder), 'cache')], timeoutMs);

  return {
    related: async (files, folders) => {
      const { output } = await jest(['--listTests', '--findRelatedTests', ...files], 60_000);
      return output
        .split('\n')
        .filter((line) => line.endsWith('.test.ts'))
        .map((line) => relative(folder, line))
        .filter((path) => folders.some((one) => path.startsWith(`${one}/`)))
        .sort();
    },
    run: (tests, timeoutMs) => jest(['--bail', '-i', '--runTestsByPath', ...tests], timeoutMs),
    trace: async (test, timeoutMs) => {
      rmSync(coverage, { recursive: true, force: true });
      const words = ['--coverage', '--coverageProvider=v8', '--coverageReporters=json'];
      const run = await jest(
        [...words, `--coverageDirectory=${coverage}`, '-i', '--runTestsByPath', test],
        timeoutMs,
      );
      return { ...run, lines: run.outcome === 'passed' ? readLines(coverage, folder) : {} };
    },
    write: (path, text) => writeFileSync(join(folder, path), text),
  };
}

const coverageSchema = z.record(
  z.string(),
  z.object({
    statementMap: z.record(z.string(), z.object({ start: z.object({ line: z.int() }) })),
    s: z.record(z.string(), z.int()),
  }),
);

/** With V8's coverage each line is a statement. */
function readLines(coverage: string, folder: string): Lines {
  const text = readFileSync(join(coverage, 'coverage-final.json'), 'utf8');
  return Object.fromEntries(
    Object.entries(coverageSchema.parse(JSON.parse(text))).map(([path, { statementMap, s }]) => [
      relative(folder, path),
      Object.entries(statementMap)
        .filter(([statement]) => (s[statement] ?? 0) > 0)
        .map(([, { start }]) => start.line),
    ]),
  );
}

/** In a process group of its own, so that what a mutant leaves running ends with it. */
function runJest(
  folder: string,
  words: readonly string[],
  timeoutMs: number,
): Promise<TestRun & { readonly output: string }> {
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      ...words,
    ],
    { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let output = '';
  let isLate = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const killGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of it has ended already.
    }
  };
  process.once('exit', killGroup);
  const timer = setTimeout(() => {
    isLate = true;
    killGroup();
  }, timeoutMs);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      process.off('exit', killGroup);
      killGroup();
      const outcome = isLate ? 'timed-out' : code === 0 ? 'passed' : 'failed';
      resolve({ outcome, seconds: (performance.now() - startedMs) / 1000, output });
    });
  });
}
