/** An .rpm made of the built executable, and rpm itself for a machine that has none. */
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { documentsOf } from '../../build/documents.ts';
import { makeRpmPackage } from '../../build/rpm-package.ts';
import { type Target, targetOfThisMachine } from '../../build/targets.ts';
import { executable } from './program.ts';

const run = promisify(execFile);

export interface TrialRpmOptions {
  /** The package arrives here. */
  readonly outputFolder: string;
  readonly version: string;
  readonly target?: Target;
  /** What goes in as the program. */
  readonly program?: string;
}

/** As released, but compressed little. Returns the path. */
export async function makeTrialRpm(options: TrialRpmOptions): Promise<string> {
  const { outputFolder, version, target = targetOfThisMachine(), program = executable } = options;
  const workFolder = join(outputFolder, `work-${version}`);
  mkdirSync(workFolder, { recursive: true });
  const sourceEpoch = 1_800_000_000;
  const node = { name: 'node', version: '0', license: 'MIT', licenseText: '', integrity: '' };
  const documents = await documentsOf({ version, sourceEpoch, packages: [], node });
  return await makeRpmPackage({
    ...{ target, version, sourceEpoch, compression: 'quick', executable: program },
    ...{ ...documents, workFolder, outputFolder },
  });
}

/**
 * Copies this machine's rpm with its libraries and settings into `folder`. There it runs as
 * `RPM_CONFIGDIR=FOLDER/config FOLDER/loader --library-path FOLDER FOLDER/rpm`, whatever C library
 * that system has, and what it starts is that system's own.
 */
export async function takeRpmAlong(folder: string): Promise<void> {
  mkdirSync(folder);
  const { stdout: path } = await run('which', ['rpm']);
  copyFileSync(path.trim(), join(folder, 'rpm'));
  const { stdout } = await run('ldd', [path.trim()]);
  for (const line of stdout.split('\n')) {
    const library = /(\/\S+) \(0x/.exec(line)?.[1];
    if (library === undefined) continue;
    copyFileSync(library, join(folder, line.includes('=>') ? basename(library) : 'loader'));
  }
  const { stdout: settings } = await run('rpm', ['--eval', '%{_rpmconfigdir}']);
  cpSync(settings.trim(), join(folder, 'config'), { recursive: true });
}
