import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLaunchdService } from '../../../src/service/launchd.ts';
import { launchdPlist } from '../../../src/service/launchd-plist.ts';
import { isDisabled, parseLaunchctlPrint } from '../../../src/service/launchd-state.ts';
import type { ServicePaths } from '../../../src/service/service.ts';
import { realDisk } from '../../support/real-disk.ts';
import { type Requirement, testWith } from '../../support/requirement.ts';
import { instantClock, recordingRunner } from '../../support/service-context.ts';

/** Made from launchctl's documented form on macOS 14; no macOS was at hand. */
const printed = `system/local.system-monitor = {
	active count = 1
	path = /Library/LaunchDaemons/local.system-monitor.plist
	type = LaunchDaemon
	state = running

	program = /usr/local/bin/system-monitor
	arguments = {
		/usr/local/bin/system-monitor
		background
	}

	domain = system
	runs = 2
	pid = 4711
	immediate reason = speculative
	last exit code = 0

	spawn type = daemon (3)
	endpoints = {
		"local.system-monitor" = {
			state = waiting
			pid = 9
		}
	}
}
`;

/** macOS's property list reader, in Python's standard library as well. */
function python(): Requirement {
  return { met: spawnSync('python3', ['--version']).status === 0, reason: 'needs python3' };
}

let folder: string;
let paths: ServicePaths;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'launchd-service-'));
  paths = {
    definitionFolder: join(folder, 'LaunchDaemons'),
    executable: join(folder, 'opt/system-monitor/bin/system-monitor'),
    commandLink: join(folder, 'bin', 'system-monitor'),
    configurationFile: join(folder, 'Application Support', 'config.json'),
    stateFolder: join(folder, 'Application Support', 'state'),
    logFile: join(folder, 'Logs', 'a & b.log'),
  };
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A launchd with nothing but our label: it lets go of it only after being asked twice. */
function launchd({ userId = 0, isLoaded = false } = {}) {
  let loaded = isLoaded;
  let leaving = 0;
  const { runCommand, lines } = recordingRunner((line) => {
    if (line.startsWith('launchctl bootstrap')) {
      if (loaded) return { exitCode: 5, stderr: 'Bootstrap failed: 5: Input/output error\n' };
      loaded = true;
    }
    if (line.startsWith('launchctl bootout')) leaving = 2;
    if (line === 'launchctl print system/local.system-monitor') {
      if (leaving > 0) {
        leaving -= 1;
        if (leaving === 0) loaded = false;
      }
      return loaded ? { stdout: printed } : { exitCode: 113, stderr: 'Could not find service\n' };
    }
    return undefined;
  });
  const manager = createLaunchdService({
    disk: realDisk,
    paths,
    runCommand,
    clock: instantClock(),
    userId,
  });
  return { manager, lines, isLoaded: () => loaded };
}

function source(): string {
  const path = join(folder, 'downloaded');
  writeFileSync(path, 'program');
  return path;
}

testWith([python()], 'the property list is one, and says what launchd is to do', () => {
  const { stdout } = spawnSync(
    'python3',
    ['-c', 'import json,plistlib,sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))'],
    { input: launchdPlist(paths), encoding: 'utf8' },
  );
  expect(JSON.parse(stdout)).toMatchObject({
    Label: 'local.system-monitor',
    ProgramArguments: [
      paths.executable,
      'background',
      '--service',
      '--config',
      paths.configurationFile,
      '--state-dir',
      paths.stateFolder,
      '--log-file',
      paths.logFile,
    ],
    RunAtLoad: true,
    KeepAlive: true,
    Umask: 0o077,
    StandardErrorPath: `${paths.logFile}.start`,
  });
});

test("the service's own state is read, not that of its parts", () => {
  expect(parseLaunchctlPrint(printed)).toEqual({ running: true, state: 'running', pid: 4711 });
});

test('a service between two starts is not running', () => {
  const waiting = printed
    .replace('\tstate = running', '\tstate = spawn scheduled')
    .replace(/^\tpid.*\n/m, '');
  expect(parseLaunchctlPrint(waiting)).toEqual({ running: false, state: 'spawn scheduled' });
});

test('old and new words for a disabled service are understood', () => {
  const label = 'local.system-monitor';
  expect(isDisabled('\t"local.system-monitor" => disabled\n', label)).toBe(true);
  expect(isDisabled('\t"local.system-monitor" => true\n', label)).toBe(true);
  expect(isDisabled('\t"local.system-monitor" => enabled\n', label)).toBe(false);
  expect(isDisabled('\t"com.apple.other" => disabled\n', label)).toBe(false);
});

test('installing copies the program, writes the plist and loads it', async () => {
  const { manager, isLoaded } = launchd();
  expect(
    await manager.install({ sourceExecutable: source(), configure: async () => {} }),
  ).toMatchObject({ isNew: true });
  expect(readFileSync(paths.executable, 'utf8')).toBe('program');
  expect(readFileSync(join(paths.definitionFolder, 'local.system-monitor.plist'), 'utf8')).toBe(
    launchdPlist(paths),
  );
  expect(isLoaded()).toBe(true);
  expect(readlinkSync(join(folder, 'bin', 'system-monitor'))).toBe(paths.executable);
});

test("a program of somebody else's under our name is left alone", async () => {
  const { manager } = launchd();
  const command = join(folder, 'bin', 'system-monitor');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(command, 'another');
  await manager.install({ sourceExecutable: source(), configure: async () => {} });
  await manager.uninstall({ purge: true });
  expect(readFileSync(command, 'utf8')).toBe('another');
});

test('an upgrade waits until launchd has let go of the old agent before it loads the new', async () => {
  const { manager, lines, isLoaded } = launchd({ isLoaded: true });
  await manager.install({ sourceExecutable: source(), configure: async () => {} });
  expect(isLoaded()).toBe(true);
  expect(lines.filter((line) => /boot(out|strap)/.test(line))).toEqual([
    'launchctl bootout system/local.system-monitor',
    `launchctl bootstrap system ${join(paths.definitionFolder, 'local.system-monitor.plist')}`,
  ]);
});

test('a stopped service stays installed, for the next boot', async () => {
  const { manager, isLoaded } = launchd();
  await manager.install({ sourceExecutable: source(), configure: async () => {} });
  await manager.stop();
  expect(isLoaded()).toBe(false);
  expect(await manager.status()).toMatchObject({
    installed: true,
    enabled: true,
    running: false,
    state: 'not loaded',
  });
  await manager.start();
  expect(await manager.status()).toMatchObject({ running: true, pid: 4711 });
});

test('removing leaves settings and unsent reports unless it is told otherwise', async () => {
  const { manager } = launchd();
  await manager.install({ sourceExecutable: source(), configure: async () => {} });
  writeFileSync(paths.configurationFile, '{}');
  expect(await manager.uninstall({ purge: false })).toEqual({
    kept: [join(folder, 'Application Support'), paths.stateFolder, join(folder, 'Logs')],
    remarks: [],
  });
  expect(existsSync(paths.executable)).toBe(false);
  expect(readdirSync(join(folder, 'bin'))).toEqual([]);
  expect(readdirSync(join(folder, 'opt'))).toEqual([]);
  expect(existsSync(paths.configurationFile)).toBe(true);
  expect(await manager.uninstall({ purge: true })).toEqual({ kept: [], remarks: [] });
  expect(existsSync(paths.configurationFile)).toBe(false);
});

test('whoever is not root is told how to become it', async () => {
  const { manager, lines } = launchd({ userId: 501 });
  await expect(
    manager.install({ sourceExecutable: source(), configure: async () => {} }),
  ).rejects.toMatchObject({
    code: 'PERMISSION',
    hint: 'Run it as root: sudo system-monitor service install',
  });
  expect(lines).toEqual([]);
});
