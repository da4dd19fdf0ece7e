/**
 * The Windows setup program, without a question asked: installed, reporting, upgraded, removed, and
 * every way in which an upgrade may fail, after which the older program is there and reports. It is
 * made here of an executable without code cache and packed loosely; all else is as released.
 * Only where WINDOWS_RUNNER stands for Windows: nobody's own machine is to be installed on.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type OriginalReceiver, startOriginalReceiver } from '../support/original-receiver.ts';
import { asRoot, fromEnvironment, programsInPath, testWith } from '../support/requirement.ts';
import { createWindowsFolder, type WindowsFolder } from '../support/windows-run.ts';
import {
  createTrialWindows,
  type Ended,
  makeSmallProgram,
  makeTrialProgram,
  makeTrialSetup,
  type TrialWindows,
  windowsTarget,
} from '../support/windows-setup.ts';

const makensis = programsInPath('makensis');
const needed = [fromEnvironment('WINDOWS_RUNNER'), ...makensis];
const timeoutMs = 600_000;
const usualFolder = 'C:\\Program Files\\System Monitor';
const installed = `${usualFolder}\\system-monitor.exe`;
const uninstaller = `${usualFolder}\\Uninstall.exe`;
const settings = 'C:\\ProgramData\\System Monitor\\config.json';
const applicationKey =
  'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\System Monitor';
const environmentKey = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
const systemId = 'Windows-0123456789abcdef0123456789abcdef';

let workFolder = '';
let folder: WindowsFolder;
let windows: TrialWindows;
let receiver: OriginalReceiver;
/** Setup programs, by their paths there. */
const setups = { older: '', newer: '', broken: '', failing: '' };
/** The newer program, as it is downloaded. */
let bare = '';
/** A disk for one program and not for two; empty where there is none. */
let smallDisk = '';

async function setting(name: string): Promise<string> {
  return (await windows.run(installed, 'config', 'get', name)).stdout.trim();
}

async function putSettings(content: string): Promise<void> {
  writeFileSync(join(folder.path, 'put.json'), content);
  const there = windows.pathOf('put.json');
  expect(await windows.run('cmd', '/c', 'copy', '/y', there, settings)).toMatchObject({
    status: 0,
  });
}

/** That this version is in place, with its task, and that its report arrives. */
async function expectReporting(version: string, program = installed): Promise<void> {
  expect((await windows.run(program, '--version')).stdout.trim()).toBe(version);
  expect(await windows.run('schtasks', '/Query', '/TN', 'System Monitor')).toMatchObject({
    status: 0,
  });
  const before = accepted();
  const state = ['--state-dir', 'C:\\ProgramData\\System Monitor\\state', '--config', settings];
  expect(await windows.run(program, 'background', '--once', ...state)).toMatchObject({ status: 0 });
  expect(accepted()).toBeGreaterThan(before);
}

function accepted(): number {
  return receiver.requests.filter(({ status }) => status === 200).length;
}

/** Nothing is to be left of an attempt that failed. */
async function expectNoRemains(): Promise<void> {
  for (const name of ['system-monitor.new.exe', 'system-monitor.exe.old']) {
    expect(await windows.isThere(`${usualFolder}\\${name}`)).toBe(false);
  }
}

async function installOlder(...words: readonly string[]): Promise<Ended> {
  return await windows.run(setups.older, '/S', `/URL=${receiver.url}`, ...words);
}

beforeAll(async () => {
  if (needed.some(({ met }) => !met)) return;
  workFolder = mkdtempSync(join(tmpdir(), 'windows-setup-'));
  if (asRoot().met) {
    // What is mounted below /dev before that Windows starts is seen there.
    smallDisk = mkdtempSync('/dev/shm/small-disk-');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=150m', 'tmpfs', smallDisk]);
  }
  folder = createWindowsFolder();
  windows = createTrialWindows(folder);
  const make = async (version: string, program: string): Promise<string> =>
    windows.pathOf(
      await makeTrialSetup({ program, version, workFolder, outputFolder: folder.path }),
    );
  setups.older = await make('1.0.0', await makeTrialProgram(workFolder, '1.0.0'));
  const newer = await makeTrialProgram(workFolder, '1.0.1');
  setups.newer = await make('1.0.1', newer);
  folder.add(newer);
  bare = windows.pathOf(newer);
  const garbage = join(workFolder, 'garbage');
  writeFileSync(garbage, 'no program');
  setups.broken = await make('1.0.2', garbage);
  // It starts, and finds nothing wrong, until it is to become the service.
  const failing = `StrCpy $1 $CMDLINE
System::Call 'shlwapi::StrStrIW(w r1, w "install --without-url") p .r0'
\${If} $0 P<> 0
  SetErrorLevel 9
\${EndIf}`;
  setups.failing = await make('1.0.3', await makeSmallProgram(workFolder, 'failing', failing));
  receiver = await startOriginalReceiver({ registeredIds: [] });
}, timeoutMs);

afterAll(async () => {
  if (workFolder === '') return;
  if (await windows.isThere(uninstaller)) await windows.uninstall(uninstaller, '/PURGE');
  await receiver.close();
  if (smallDisk !== '') {
    execFileSync('umount', ['--lazy', smallDisk]);
    rmSync(smallDisk, { recursive: true });
  }
  folder.remove();
  rmSync(workFolder, { recursive: true, force: true });
}, timeoutMs);

testWith(
  needed,
  'it installs without a question, reports, upgrades in place, and leaves the settings alone',
  async () => {
    const pathBefore = await windows.registryValue(environmentKey, 'Path');
    // A value that looks like another option, and an entry of the PATH that begins like ours.
    const url = `${receiver.url}/some/where?next=/INTERVAL=5`;
    const neighbour = `${pathBefore};${usualFolder} Tools`;
    const setPath = ['/v', 'Path', '/t', 'REG_EXPAND_SZ', '/f', '/d'];
    await windows.run('reg', 'add', environmentKey, ...setPath, neighbour);
    const words = [`/URL=${url}`, '/INTERVAL=7', `/SYSTEMID=${systemId}`];
    expect(await windows.run(setups.older, '/S', ...words)).toMatchObject({ status: 0 });

    expect(await windows.isThere(uninstaller)).toBe(true);
    expect(await setting('url')).toBe(url);
    expect(await setting('interval')).toBe('7');
    expect(await setting('system_id')).toBe(systemId);
    expect(await windows.registryValue(applicationKey, 'DisplayVersion')).toBe('1.0.0');
    expect(await windows.registryValue(applicationKey, 'QuietUninstallString')).toContain('/S');
    expect(await windows.registryValue(environmentKey, 'Path')).toBe(`${neighbour};${usualFolder}`);
    await windows.run(installed, 'config', 'set', 'url', receiver.url);
    await expectReporting('1.0.0');
    expect(receiver.requests.at(-1)?.body).toMatchObject({ system_id: systemId, interval: 7 });

    expect(await windows.run(setups.newer, '/S', '/INTERVAL=9')).toMatchObject({ status: 0 });
    await expectReporting('1.0.1');
    expect(await setting('interval')).toBe('9');
    expect(await setting('system_id')).toBe(systemId);
    expect(await windows.registryValue(applicationKey, 'DisplayVersion')).toBe('1.0.1');
    await expectNoRemains();

    expect(await windows.uninstall(uninstaller)).toMatchObject({ status: 0 });
    expect(await windows.isThere(usualFolder)).toBe(false);
    expect(await windows.isThere(settings)).toBe(true);
    expect(await windows.registryValue(applicationKey, 'DisplayVersion')).toBeUndefined();
    expect(await windows.registryValue(environmentKey, 'Path')).toBe(neighbour);
    await windows.run('reg', 'add', environmentKey, ...setPath, pathBefore ?? '');
  },
  timeoutMs,
);

testWith(
  needed,
  'a first installation that is refused leaves nothing; a purge leaves nothing either',
  async () => {
    expect(await windows.run(setups.older, '/S', '/URL=nonsense')).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('The service cannot be installed with these options'),
    });
    expect(await windows.isThere(usualFolder)).toBe(false);
    expect(await windows.run(setups.failing, '/S')).toMatchObject({ status: 2 });
    expect(await windows.isThere(usualFolder)).toBe(false);
    expect(await installOlder()).toMatchObject({ status: 0 });
    await windows.uninstall(uninstaller, '/PURGE');
    expect(await windows.isThere('C:\\ProgramData\\System Monitor')).toBe(false);
  },
  timeoutMs,
);

testWith(
  needed,
  'whatever fails in an upgrade, the older program is there and reports, and the reason is said',
  async () => {
    expect(await installOlder('/INTERVAL=7')).toMatchObject({ status: 0 });
    const refusals = [
      [setups.newer, ['/INTERVAL=soon'], '--interval: interval = "soon"'],
      [setups.newer, ['/INTERVALL=5'], 'There is no option /INTERVALL=5.'],
      [setups.newer, ['/D=C:\\Elsewhere'], 'System Monitor is installed in C:\\Program Files'],
      [setups.broken, [], 'does not start on this machine'],
      [setups.failing, [], 'The service could not be started (9); what was there before is back.'],
    ] as const;
    for (const [setup, words, reason] of refusals) {
      const ended = await windows.run(setup, '/S', ...words);
      expect([words, ended]).toEqual([
        words,
        { status: 2, stdout: expect.stringContaining(reason), stderr: expect.any(String) },
      ]);
      await expectReporting('1.0.0');
      await expectNoRemains();
    }
    expect(await setting('interval')).toBe('7');
  },
  timeoutMs,
);

testWith(
  needed,
  'settings that the newer program cannot use are said, and the older one is not stopped for them',
  async () => {
    const kept = await windows.run('cmd', '/c', 'type', settings);
    await putSettings('{"interval": "soon"}');
    const ended = await windows.run(setups.newer, '/S');
    await putSettings(kept.stdout);
    expect(ended).toMatchObject({ status: 2, stdout: expect.stringContaining(settings) });
    await expectReporting('1.0.0');
    await expectNoRemains();
  },
  timeoutMs,
);

testWith(
  needed,
  'a program that another one holds open is not replaced',
  async () => {
    const locked = join(folder.path, 'locked');
    const release = join(folder.path, 'release');
    const holder = await makeSmallProgram(
      folder.path,
      'holder',
      `FileOpen $0 "${installed}" a
FileOpen $1 "$EXEDIR\\locked" w
FileClose $1
\${Do}
  Sleep 100
\${LoopUntil} \${FileExists} "$EXEDIR\\release"`,
    );
    const holding = windows.run(windows.pathOf(holder));
    for (let step = 0; step < 300 && !existsSync(locked); step++) await delay(100);
    const ended = await windows.run(setups.newer, '/S');
    writeFileSync(release, '');
    await holding;
    expect(ended).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('cannot be replaced: another program holds it open'),
    });
    await expectReporting('1.0.0');
    await expectNoRemains();
  },
  timeoutMs,
);

testWith(
  needed,
  "a bare file's service install upgrades what the setup program installed, and each says so",
  async () => {
    const upgraded = await windows.run(bare, 'service', 'install');
    expect(upgraded).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('"Installed apps" goes on showing the version'),
    });
    await expectReporting('1.0.1');
    expect(await windows.run(setups.newer, '/S')).toMatchObject({ status: 0 });
    expect(await windows.registryValue(applicationKey, 'DisplayVersion')).toBe('1.0.1');
    expect(await windows.run(bare, 'service', 'uninstall')).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(`This removes the rest: "${uninstaller}" /S`),
    });
    expect(await windows.uninstall(uninstaller, '/PURGE')).toMatchObject({ status: 0 });
    expect(await windows.isThere(usualFolder)).toBe(false);
    expect(await windows.registryValue(applicationKey, 'DisplayVersion')).toBeUndefined();
  },
  timeoutMs,
);

testWith(
  [...needed, asRoot()],
  'in another folder there is one program; a disk that is full leaves it as it is',
  async () => {
    const place = `Z:\\dev\\shm\\${basename(smallDisk)}`;
    const elsewhere = `${place}\\system-monitor.exe`;
    expect(await installOlder(`/D=${place}`)).toMatchObject({ status: 0 });
    expect(await windows.isThere(usualFolder)).toBe(false);
    expect(await windows.registryValue(environmentKey, 'Path')).toContain(`;${place}`);
    const ended = await windows.run(setups.newer, '/S');
    expect(ended).toMatchObject({
      status: 2,
      stdout: expect.stringContaining(`could not be written to ${place}`),
    });
    await expectReporting('1.0.0', elsewhere);
    expect(existsSync(join(smallDisk, 'system-monitor.new.exe'))).toBe(false);
    await windows.uninstall(`${place}\\Uninstall.exe`, '/PURGE');
    expect(existsSync(join(smallDisk, 'system-monitor.exe'))).toBe(false);
    expect(await windows.registryValue(environmentKey, 'Path')).not.toContain(place);
  },
  timeoutMs,
);

testWith(
  makensis,
  'the setup program for arm64 is one that every Windows for arm64 runs',
  async () => {
    const top = mkdtempSync(join(tmpdir(), 'windows-arm64-'));
    try {
      const program = join(top, 'program');
      writeFileSync(program, 'any');
      mkdirSync(join(top, 'setup-1.0.0'));
      const target = windowsTarget('win-arm64');
      const made = await makeTrialSetup({
        ...{ program, version: '1.0.0', target, workFolder: top, outputFolder: top },
      });
      const content = readFileSync(made);
      // IMAGE_FILE_MACHINE_I386, where the header of a PE file has it.
      expect(content.readUInt16LE(content.readUInt32LE(0x3c) + 4)).toBe(0x014c);
    } finally {
      rmSync(top, { recursive: true });
    }
  },
);
