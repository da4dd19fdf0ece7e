/** The Windows setup program, by NSIS: build/assets/setup.nsi says what it does. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Compression } from './archives.ts';
import { projectRoot } from './bundle.ts';
import { signByHook } from './sign-hook.ts';
import type { Target } from './targets.ts';
import { windowsIconFile } from './windows-resources.ts';

const run = promisify(execFile);
/** LZMA over 90 MB takes about a minute. */
const packTimeoutMs = 15 * 60_000;
/** What the setup program itself is: NSIS has no arm64 one, and Windows for arm64 runs any x86 one. */
const stubs = { x64: 'amd64', arm64: 'x86' } as const;

export interface WindowsSetupOptions {
  readonly target: Target;
  readonly version: string;
  readonly sourceEpoch: number;
  readonly compression: Compression;
  readonly executable: string;
  readonly license: string;
  readonly thirdPartyLicenses: string;
  readonly workFolder: string;
  readonly outputFolder: string;
}

/** Returns the path of the setup program. Needs makensis. */
export async function makeWindowsSetup(options: WindowsSetupOptions): Promise<string> {
  const { target, version, executable, workFolder, outputFolder } = options;
  const folder = join(workFolder, 'setup');
  await mkdir(folder, { recursive: true });
  await copyFile(executable, join(folder, 'system-monitor.exe'));
  // Notepad of Windows before 10 shows a file without \r as one line.
  await writeFile(join(folder, 'LICENSE.txt'), options.license.replaceAll('\n', '\r\n'));
  const others = options.thirdPartyLicenses.replaceAll('\n', '\r\n');
  await writeFile(join(folder, 'THIRD-PARTY-LICENSES.txt'), others);
  const output = join(outputFolder, `system-monitor-${version}-${target.name}-setup.exe`);
  const [major = '0', minor = '0', patch = '0'] = version.split(/[.-]/);
  await run(
    'makensis',
    [
      ...['-V2', '-WX', '-INPUTCHARSET', 'UTF8'],
      ...(options.compression === 'quick' ? ['-DQUICK'] : []),
      `-DSTUB=${stubs[target.architecture]}`,
      `-DPROCESSOR=${target.architecture}`,
      `-DVERSION=${version}`,
      `-DFILE_VERSION=${major}.${minor}.${patch}.0`,
      `-DFILES=${resolve(folder)}`,
      `-DICON=${windowsIconFile}`,
      // Relative paths would begin at the script.
      `-DOUTPUT=${resolve(output)}`,
      join(projectRoot, 'build/assets/setup.nsi'),
    ],
    {
      timeout: packTimeoutMs,
      env: { ...process.env, SOURCE_DATE_EPOCH: String(options.sourceEpoch) },
    },
  );
  await signByHook(target, output);
  return output;
}
