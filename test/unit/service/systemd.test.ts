import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { buildInfo } from '../../../src/base/build-info.ts';
import type { CommandResult } from '../../../src/host/run-command.ts';
import type { ServicePaths } from '../../../src/service/service.ts';
import { createSystemdService } from '../../../src/service/systemd.ts';
import { realDisk } from '../../support/real-disk.ts';
import { instantClock, recordingRunner } from '../../support/service-context.ts';

/** What a machine answers is in test/e2e/systemd.test.ts; here is what no machine can be made to do. */
let folder: string;
let paths: ServicePaths;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'systemd-service-'));
  mkdirSync(join(folder, 'booted'));
  paths = {
    definitionFolder: join(folder, 'units'),
    executable: join(folder, 'bin', 'system-monitor'),
    configurationFile: join(folder, 'etc', 'config.json'),
    stateFolder: join(folder, 'state'),
    logFile: join(folder, 'log'),
  };
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function show(fields: Record<string, string>): Partial<CommandResult> {
  return {
    stdout: Object.entries(fields)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  };
}

const absent = { LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead' };

function service(
  answer: (line: string) => Partial<CommandResult> | undefined,
  more: { userId?: number; bootedFolder?: string } = {},
) {
  const { runCommand, lines } = recordingRunner(answer);
  const manager = createSystemdService(
    { disk: realDisk, paths, runCommand, clock: instantClock(), userId: more.userId ?? 0 },
    { bootedFolder: more.bootedFolder ?? join(folder, 'booted') },
  );
  return { manager, lines };
}

test('a machine without systemd is told what to do instead', async () => {
  const { manager, lines } = service(() => undefined, { bootedFolder: join(folder, 'nowhere') });
  await expect(
    manager.install({ sourceExecutable: process.execPath, configure: async () => {} }),
  ).rejects.toMatchObject({
    code: 'NOT_AVAILABLE',
    hint: expect.stringContaining('system-monitor background'),
  });
  expect(lines).toEqual([]);
});

test('whoever is not root is refused before anything is touched, and told how', async () => {
  const { manager } = service(() => show(absent), { userId: 1000 });
  await expect(
    manager.install({ sourceExecutable: process.execPath, configure: async () => {} }),
  ).rejects.toMatchObject({
    code: 'PERMISSION',
    hint: 'Run it as root: sudo system-monitor service install',
  });
  expect(existsSync(paths.definitionFolder)).toBe(false);
  expect(existsSync(paths.executable)).toBe(false);
});

test('a service that is not installed cannot be started, and the hint says how to install it', async () => {
  const { manager } = service(() => show(absent));
  await expect(manager.start()).rejects.toMatchObject({
    code: 'NOT_AVAILABLE',
    hint: 'Install it with: system-monitor service install',
  });
});

const packageUnit = {
  LoadState: 'loaded',
  ActiveState: 'active',
  SubState: 'running',
  FragmentPath: '/lib/systemd/system/system-monitor.service',
  ExecStart: '{ path=/usr/bin/system-monitor ; argv[]=/usr/bin/system-monitor ; }',
};

function packaged(line: string): Partial<CommandResult> | undefined {
  return line.startsWith('systemctl show') ? show(packageUnit) : undefined;
}

function ofThisVersion(line: string): Partial<CommandResult> | undefined {
  return line.endsWith(' --version') ? { stdout: `${buildInfo().version}\n` } : undefined;
}

test("a package's unit is enabled as it is: neither the unit nor the program is written again", async () => {
  const { manager, lines } = service((line) => packaged(line) ?? ofThisVersion(line));
  const source = join(folder, 'downloaded');
  writeFileSync(source, 'program');
  expect(await manager.install({ sourceExecutable: source, configure: async () => {} })).toEqual({
    isNew: false,
    executable: '/usr/bin/system-monitor',
    configurationFile: paths.configurationFile,
    remarks: [
      'The service belongs to a package: /usr/bin/system-monitor runs, and this file was not copied.',
    ],
  });
  expect(existsSync(paths.definitionFolder)).toBe(false);
  expect(existsSync(paths.executable)).toBe(false);
  expect(lines).toContain('systemctl enable system-monitor.service');
});

/** Answers as a system whose packages are kept by these tools; no other is there. */
function withTools(...tools: readonly string[]) {
  return (line: string): Partial<CommandResult> | undefined =>
    packaged(line) ?? (tools.includes(line.split(' ')[0] ?? '') ? undefined : { exitCode: 1 });
}

test.each([
  [['dpkg-query', 'rpm'], 'apt remove system-monitor', 'apt install ./'],
  [['rpm', 'dnf', 'yum'], 'dnf remove system-monitor', 'dnf install ./'],
  [['rpm', 'zypper'], 'zypper remove system-monitor', 'zypper install --allow-unsigned-rpm ./'],
  [['rpm', 'yum'], 'yum remove system-monitor', 'yum install ./'],
  [['rpm'], 'rpm --erase system-monitor', 'rpm --upgrade ./'],
])(
  'where packages are kept by %j, the hints are its own, and nothing is touched',
  async (tools, remove, upgrade) => {
    const { manager, lines } = service(withTools(...tools));
    await expect(manager.uninstall({ purge: false })).rejects.toMatchObject({
      code: 'NOT_AVAILABLE',
      hint: `Remove the package instead: ${remove}`,
    });
    const source = join(folder, 'downloaded');
    writeFileSync(source, 'program');
    await expect(
      manager.install({ sourceExecutable: source, configure: async () => {} }),
    ).rejects.toMatchObject({
      code: 'NOT_AVAILABLE',
      reason: expect.stringContaining('/usr/bin/system-monitor, which does not start'),
      hint: expect.stringContaining(upgrade),
    });
    expect(lines.filter((line) => /^systemctl (?!show)/.test(line))).toEqual([]);
  },
);

test("a copy of a package's unit that somebody edits is still the package's", async () => {
  const edited = {
    ...packageUnit,
    FragmentPath: join(paths.definitionFolder, 'system-monitor.service'),
  };
  const { manager } = service((line) =>
    line.startsWith('systemctl show') ? show(edited) : undefined,
  );
  await expect(manager.uninstall({ purge: false })).rejects.toMatchObject({
    code: 'NOT_AVAILABLE',
  });
});

test("a package's unit that ours had covered runs once ours is gone, with its settings", async () => {
  const own = join(paths.definitionFolder, 'system-monitor.service');
  mkdirSync(paths.definitionFolder);
  writeFileSync(own, '[Unit]');
  mkdirSync(paths.stateFolder);
  const { manager, lines } = service((line) => {
    if (!line.startsWith('systemctl show')) return undefined;
    const ours = { ...packageUnit, FragmentPath: own, ExecStart: `{ path=${paths.executable} ; }` };
    return show(existsSync(own) ? ours : packageUnit);
  });
  expect(await manager.uninstall({ purge: true })).toEqual({
    kept: [paths.stateFolder],
    remarks: [expect.stringContaining('/usr/bin/system-monitor')],
  });
  expect(lines).toContain('systemctl restart system-monitor.service');
});

test('an agent that ends at once fails the installation with its own last words', async () => {
  const { manager } = service((line) => {
    if (line.startsWith('systemctl show')) {
      return existsSync(paths.executable)
        ? show({
            LoadState: 'loaded',
            ActiveState: 'activating',
            SubState: 'auto-restart',
            Result: 'exit-code',
          })
        : show(absent);
    }
    return line.startsWith('journalctl')
      ? { stdout: 'setting url: it is no address\n' }
      : undefined;
  });
  const source = join(folder, 'downloaded');
  writeFileSync(source, 'program');
  await expect(
    manager.install({ sourceExecutable: source, configure: async () => {} }),
  ).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    reason:
      'the agent ended at once (activating (auto-restart, exit-code)): setting url: it is no address',
  });
});

test('an upgrade whose agent ends at once puts the older program and unit back', async () => {
  const own = join(paths.definitionFolder, 'system-monitor.service');
  for (const path of [paths.definitionFolder, join(folder, 'bin')]) mkdirSync(path);
  writeFileSync(own, 'older unit');
  writeFileSync(paths.executable, 'older');
  const { manager, lines } = service((line) =>
    line.startsWith('systemctl show')
      ? show({
          LoadState: 'loaded',
          ActiveState: readFileSync(paths.executable, 'utf8') === 'older' ? 'active' : 'activating',
          FragmentPath: own,
        })
      : undefined,
  );
  const source = join(folder, 'downloaded');
  writeFileSync(source, 'newer');
  await expect(
    manager.install({ sourceExecutable: source, configure: async () => {} }),
  ).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    hint: expect.stringContaining('The older version was put back, and runs again.'),
  });
  expect(readFileSync(paths.executable, 'utf8')).toBe('older');
  expect(readFileSync(own, 'utf8')).toBe('older unit');
  expect(lines.filter((line) => line.startsWith('systemctl restart'))).toHaveLength(2);
});

test('a dry run looks at rights and changes nothing', async () => {
  const source = join(folder, 'downloaded');
  writeFileSync(source, 'program');
  const options = { sourceExecutable: source, configure: async () => {}, dryRun: true };
  const { manager, lines } = service(() => show(absent));
  expect(await manager.install(options)).toMatchObject({ isNew: true });
  expect(lines.filter((line) => !line.startsWith('systemctl show'))).toEqual([]);
  expect(existsSync(paths.executable)).toBe(false);
  const { manager: others } = service(() => show(absent), { userId: 1000 });
  await expect(others.install(options)).rejects.toMatchObject({ code: 'PERMISSION' });
});

test('the program is runnable by all, the settings by root and its group', async () => {
  const { manager, lines } = service((line) =>
    line.startsWith('systemctl show')
      ? show({
          LoadState: 'loaded',
          ActiveState: 'active',
          FragmentPath: join(paths.definitionFolder, 'system-monitor.service'),
        })
      : undefined,
  );
  const source = join(folder, 'downloaded');
  writeFileSync(source, 'program', { mode: 0o600 });
  mkdirSync(join(folder, 'etc'));
  writeFileSync(paths.configurationFile, '{}', { mode: 0o644 });
  await manager.install({ sourceExecutable: source, configure: async () => {} });
  expect(statSync(paths.executable).mode & 0o777).toBe(0o755);
  expect(readFileSync(paths.executable, 'utf8')).toBe('program');
  expect(statSync(paths.configurationFile).mode & 0o777).toBe(0o640);
  expect(statSync(join(folder, 'etc')).mode & 0o777).toBe(0o750);
  expect(lines).toContain(`chown root:system-monitor ${join(folder, 'etc')}`);
  expect(lines).toContain(`chown root:system-monitor ${paths.configurationFile}`);
});
