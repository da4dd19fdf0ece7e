/**
 * The Windows setup program, without a question asked: installed, reporting, upgraded, removed. It
 * is made here of an executable without code cache and packed loosely; all else is as released.
 * Only where WINDOWS_RUNNER stands for Windows: nobody's own machine is to be installed on.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { bundleProgram } from '../../build/bundle.ts';
import { noCodeCaches } from '../../build/code-cache.ts';
import { makeExecutable } from '../../build/executable.ts';
import { hasProgram } from '../../build/has-program.ts';
import { type Target, targets } from '../../build/targets.ts';
import { makeWindowsSetup } from '../../build/windows-setup.ts';
import { startOriginalReceiver } from '../support/original-receiver.ts';
import { fromEnvironment, testWith } from '../support/requirement.ts';
import { createWindowsFolder, type WindowsFolder } from '../support/windows-run.ts';

const needed = [
  fromEnvironment('WINDOWS_RUNNER'),
  { met: hasProgram('makensis'), reason: 'makensis is not here' },
];
const timeoutMs = 300_000;
const installed = 'C:\\Program Files\\System Monitor\\system-monitor.exe';
const uninstaller = 'C:\\Program Files\\System Monitor\\Uninstall.exe';
const settings = 'C:\\ProgramData\\System Monitor\\config.json';
const applicationKey =
  'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\System Monitor';
const environmentKey = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
const systemId = 'Windows-0123456789abcdef0123456789abcdef';

let workFolder = '';
let folder: WindowsFolder;
let older = '';
let newer = '';

interface Ended {
  readonly status: number;
  readonly stdout: string;
}

/** Runs what lies anywhere on that Windows, by its path there. */
async function onWindows(program: string, ...words: readonly string[]): Promise<Ended> {
  const options = { cwd: folder.currentFolder, timeout: timeoutMs };
  return await new Promise((resolve, reject) => {
    const command = process.env.WINDOWS_RUNNER ?? '';
    execFile(command, ['run', program, ...words], options, (error, stdout) => {
      if (error === null) resolve({ status: 0, stdout });
      else if (typeof error.code === 'number') resolve({ status: error.code, stdout });
      else reject(error);
    });
  });
}

/** The value's text, or undefined where there is none. */
async function registryValue(key: string, name: string): Promise<string | undefined> {
  const { stdout } = await onWindows('reg', 'query', key, '/v', name);
  return /REG_\w+ +(.*?)\r?$/m.exec(stdout)?.[1];
}

async function isThere(path: string): Promise<boolean> {
  return (await onWindows('cmd', '/c', 'dir', path)).status === 0;
}

/** An uninstaller works on as a copy of itself after it has ended. */
async function uninstall(...words: readonly string[]): Promise<void> {
  expect(await onWindows(uninstaller, '/S', ...words)).toMatchObject({ status: 0 });
  for (let attempt = 0; attempt < 60; attempt++) {
    if (!(await isThere(uninstaller))) return;
    await delay(500);
  }
  throw new Error('the uninstaller did not come to its end');
}

async function setting(name: string): Promise<string> {
  return (await onWindows(installed, 'config', 'get', name)).stdout.trim();
}

beforeAll(async () => {
  if (needed.some(({ met }) => !met)) return;
  workFolder = mkdtempSync(join(tmpdir(), 'windows-setup-'));
  folder = createWindowsFolder();
  const target: Target | undefined = targets.find(({ name }) => name === 'win-x64');
  if (target === undefined) throw new Error('there is no target named win-x64');
  const make = async (version: string): Promise<string> => {
    const bundle = await bundleProgram({ info: { version, commit: 'test', target: target.name } });
    const work = join(workFolder, version);
    mkdirSync(work);
    const common = { target, version, workFolder: work };
    const executable = await makeExecutable({ ...common, bundle, caches: noCodeCaches });
    return await makeWindowsSetup({
      ...{ ...common, executable, outputFolder: folder.path },
      ...{ sourceEpoch: 1_800_000_000, compression: 'quick' },
      ...{ license: 'MIT\n', thirdPartyLicenses: 'none\n' },
    });
  };
  older = folder.pathThere(basename(await make('1.0.0')));
  newer = folder.pathThere(basename(await make('1.0.1')));
}, timeoutMs);

afterAll(async () => {
  if (workFolder === '') return;
  if (await isThere(uninstaller)) await uninstall('/PURGE');
  folder.remove();
  rmSync(workFolder, { recursive: true, force: true });
}, timeoutMs);

testWith(
  needed,
  'it installs without a question, reports, upgrades in place, and leaves the settings alone',
  async () => {
    const receiver = await startOriginalReceiver({ registeredIds: [] });
    try {
      const pathBefore = await registryValue(environmentKey, 'Path');
      const url = `${receiver.url}/some/where`;
      const words = [`/URL=${url}`, '/INTERVAL=7', `/SYSTEMID=${systemId}`];
      expect(await onWindows(older, '/S', ...words)).toMatchObject({ status: 0 });

      expect(await isThere(uninstaller)).toBe(true);
      expect(await setting('url')).toBe(url);
      expect(await setting('interval')).toBe('7');
      expect(await setting('system_id')).toBe(systemId);
      expect(await registryValue(applicationKey, 'DisplayVersion')).toBe('1.0.0');
      expect(await registryValue(applicationKey, 'QuietUninstallString')).toContain('/S');
      expect(await registryValue(environmentKey, 'Path')).toBe(
        `${pathBefore};C:\\Program Files\\System Monitor`,
      );
      await onWindows(installed, 'config', 'set', 'url', receiver.url);
      expect(await onWindows(installed, 'background', '--once')).toMatchObject({ status: 0 });
      expect(receiver.requests.filter(({ status }) => status === 200)).not.toEqual([]);
      expect(receiver.requests.at(-1)?.body).toMatchObject({ system_id: systemId, interval: 7 });

      expect(await onWindows(newer, '/S', '/INTERVAL=9')).toMatchObject({ status: 0 });
      expect((await onWindows(installed, '--version')).stdout.trim()).toBe('1.0.1');
      expect(await setting('interval')).toBe('9');
      expect(await setting('system_id')).toBe(systemId);
      expect(await registryValue(applicationKey, 'DisplayVersion')).toBe('1.0.1');
      expect(await isThere(`${installed}.old`)).toBe(false);

      await uninstall();
      expect(await isThere('C:\\Program Files\\System Monitor')).toBe(false);
      expect(await isThere(settings)).toBe(true);
      expect(await registryValue(applicationKey, 'DisplayVersion')).toBeUndefined();
      expect(await registryValue(environmentKey, 'Path')).toBe(pathBefore);
    } finally {
      await receiver.close();
    }
  },
  timeoutMs,
);

testWith(
  needed,
  'an address that is none is refused with exit status 2; a purge leaves nothing behind',
  async () => {
    expect(await onWindows(older, '/S', '/URL=nonsense')).toMatchObject({ status: 2 });
    expect(await onWindows(older, '/S', '/URL=http://127.0.0.1:9')).toMatchObject({ status: 0 });
    await uninstall('/PURGE');
    expect(await isThere(settings)).toBe(false);
    expect(await isThere('C:\\ProgramData\\System Monitor')).toBe(false);
  },
  timeoutMs,
);
