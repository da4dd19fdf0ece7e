/** Setup programs made for a test, and a Windows to run them on that nobody else uses. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bundleProgram } from '../../build/bundle.ts';
import { noCodeCaches } from '../../build/code-cache.ts';
import { makeExecutable } from '../../build/executable.ts';
import { type Target, targets } from '../../build/targets.ts';
import { makeWindowsSetup } from '../../build/windows-setup.ts';
import type { WindowsFolder } from './windows-run.ts';

const run = promisify(execFile);
const timeoutMs = 300_000;

export function windowsTarget(name: 'win-x64' | 'win-arm64'): Target {
  const target = targets.find((one) => one.name === name);
  if (target === undefined) throw new Error(`there is no target named ${name}`);
  return target;
}

/** The program as released, but without code cache. Returns its path. */
export async function makeTrialProgram(folder: string, version: string): Promise<string> {
  const target = windowsTarget('win-x64');
  const bundle = await bundleProgram({ info: { version, commit: 'test', target: target.name } });
  const workFolder = join(folder, version);
  mkdirSync(workFolder);
  return await makeExecutable({ target, version, workFolder, bundle, caches: noCodeCaches });
}

export interface TrialSetup {
  /** What goes in as the program. */
  readonly program: string;
  readonly version: string;
  readonly target?: Target;
  /** Where the setup program arrives, and its parts on the way. */
  readonly outputFolder: string;
  readonly workFolder: string;
}

/** As released, but packed loosely. Returns the path. */
export async function makeTrialSetup(trial: TrialSetup): Promise<string> {
  const { program: executable, version, target = windowsTarget('win-x64'), outputFolder } = trial;
  return await makeWindowsSetup({
    ...{ target, version, executable, outputFolder },
    workFolder: join(trial.workFolder, `setup-${version}`),
    ...{ sourceEpoch: 1_800_000_000, compression: 'quick' },
    ...{ license: 'MIT\n', thirdPartyLicenses: 'none\n' },
  });
}

/** A small Windows program of these NSIS instructions, named `name`. Returns its path. */
export async function makeSmallProgram(
  folder: string,
  name: string,
  instructions: string,
): Promise<string> {
  const source = join(folder, `${name}.nsi`);
  const output = join(folder, `${name}.exe`);
  writeFileSync(
    source,
    `Unicode true
Target amd64-unicode
SilentInstall silent
RequestExecutionLevel user
OutFile "${output}"
!include LogicLib.nsh
Section
${instructions}
SectionEnd
`,
  );
  await run('makensis', ['-V2', '-WX', source]);
  return output;
}

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TrialWindows {
  /** Runs what lies anywhere on that Windows, by its path there. */
  run(program: string, ...words: readonly string[]): Promise<Ended>;
  /** The value's text, or undefined where there is none. */
  registryValue(key: string, name: string): Promise<string | undefined>;
  isThere(path: string): Promise<boolean>;
  /** The path there of a file that lies in the folder. */
  pathOf(file: string): string;
  /** An uninstaller works on as a copy of itself after it has ended. */
  uninstall(uninstaller: string, ...words: readonly string[]): Promise<Ended>;
}

export function createTrialWindows(folder: WindowsFolder): TrialWindows {
  const command = process.env.WINDOWS_RUNNER ?? '';

  async function runThere(program: string, ...words: readonly string[]): Promise<Ended> {
    const options = { cwd: folder.currentFolder, timeout: timeoutMs };
    return await new Promise((resolve, reject) => {
      execFile(command, ['run', program, ...words], options, (error, stdout, stderr) => {
        if (error === null) resolve({ status: 0, stdout, stderr });
        else if (typeof error.code === 'number') resolve({ status: error.code, stdout, stderr });
        else reject(error);
      });
    });
  }

  async function isThere(path: string): Promise<boolean> {
    return (await runThere('cmd', '/c', 'dir', path)).status === 0;
  }

  return {
    run: runThere,
    isThere,
    async registryValue(key, name) {
      const { stdout } = await runThere('reg', 'query', key, '/v', name);
      return /REG_\w+ +(.*?)\r?$/m.exec(stdout)?.[1];
    },
    pathOf: (file) => folder.pathThere(basename(file)),
    async uninstall(uninstaller, ...words) {
      const ended = await runThere(uninstaller, '/S', ...words);
      for (let attempt = 0; attempt < 60; attempt++) {
        if (!(await isThere(uninstaller))) return ended;
        await delay(500);
      }
      throw new Error('the uninstaller did not come to its end');
    },
  };
}
