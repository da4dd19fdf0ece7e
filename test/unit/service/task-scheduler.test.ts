import { spawnSync } from 'node:child_process';
import { dirname, join, win32 } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeFolder, writeFileDurably } from '../../../src/base/atomic-file.ts';
import type { Disk } from '../../../src/base/disk.ts';
import type { CommandResult } from '../../../src/host/run-command.ts';
import type { InstallOptions } from '../../../src/service/service.ts';
import { createTaskSchedulerService } from '../../../src/service/task-scheduler.ts';
import { parseTaskState } from '../../../src/service/task-state.ts';
import { encodeTaskXml, taskXml, windowsArgument } from '../../../src/service/task-xml.ts';
import { type CrashDisk, createCrashDisk } from '../../support/crash-disk.ts';
import { realDisk } from '../../support/real-disk.ts';
import { type Requirement, testWith } from '../../support/requirement.ts';
import { instantClock, recordingRunner } from '../../support/service-context.ts';

const paths = {
  definitionFolder: 'C:\\ProgramData\\System Monitor',
  executable: 'C:\\Program Files\\System Monitor\\system-monitor.exe',
  configurationFile: 'C:\\ProgramData\\System Monitor\\config.json',
  stateFolder: 'C:\\ProgramData\\System Monitor\\state',
  logFile: 'C:\\ProgramData\\System Monitor\\state\\system-monitor.log',
};

/** The form of schtasks' answers is Microsoft's documentation's; no Windows was at hand. */
const definition = taskXml(paths);

function details(lastResult: string, status: string): string {
  const row = `"PC","\\System Monitor","N/A","${status}","Interactive/Background","11/23/2026 4:02:42 AM","${lastResult}","System Monitor","""C:\\Program Files\\System Monitor\\system-monitor.exe"" background"`;
  return `${row}\r\n${row}\r\n`;
}

function python(): Requirement {
  return { met: spawnSync('python3', ['--version']).status === 0, reason: 'needs python3' };
}

test('a task is running whatever language Windows speaks', () => {
  for (const status of ['Running', 'Wird ausgeführt', '実行中']) {
    expect(parseTaskState(definition, details('267009', status))).toEqual({
      installed: true,
      enabled: true,
      running: true,
      state: 'running',
      executable: paths.executable,
    });
  }
});

test('a refused second start means that the first still runs', () => {
  expect(parseTaskState(definition, details('-2147020576', 'Running')).running).toBe(true);
  expect(parseTaskState(definition, details('2147946720', 'Running')).running).toBe(true);
  expect(parseTaskState(definition, details('0x800710E0', 'Running')).running).toBe(true);
});

test('an ended agent shows its exit code', () => {
  expect(parseTaskState(definition, details('78', 'Ready'))).toMatchObject({
    running: false,
    state: 'ended with status 78',
  });
});

test('a task that never ran, and an answer that cannot be read, are not taken for a running one', () => {
  expect(parseTaskState(definition, details('267011', 'Ready')).state).toBe('never ran');
  expect(parseTaskState(definition, 'INFO: something else\r\n').running).toBe(false);
});

test('a disabled task will not start at boot, a missing one is not installed', () => {
  const disabled = definition.replace(
    '<Enabled>true</Enabled>\n    <Hidden>',
    '<Enabled>false</Enabled>\n    <Hidden>',
  );
  expect(parseTaskState(disabled, details('1', 'Disabled'))).toMatchObject({
    installed: true,
    enabled: false,
  });
  expect(parseTaskState('', '')).toEqual({
    installed: false,
    enabled: false,
    running: false,
    state: 'not installed',
  });
});

test('an argument survives the way through a Windows command line', () => {
  expect(windowsArgument('plain')).toBe('plain');
  expect(windowsArgument('two words')).toBe('"two words"');
  expect(windowsArgument('C:\\My Data\\')).toBe('"C:\\My Data\\\\"');
  expect(windowsArgument('say "hi"')).toBe('"say \\"hi\\""');
  expect(windowsArgument('a \\"b')).toBe('"a \\\\\\"b"');
  expect(windowsArgument('')).toBe('""');
});

test('the task is UTF-16 with a byte-order mark and Windows line ends', () => {
  const bytes = Buffer.from(encodeTaskXml(definition));
  expect(bytes.subarray(0, 4)).toEqual(Buffer.from([0xff, 0xfe, 0x3c, 0x00]));
  expect(bytes.toString('utf16le')).toContain('UTF-16"?>\r\n<Task ');
});

testWith([python()], 'the task is XML, starts at boot as SYSTEM, and nothing ends it', () => {
  const script = `
import json,sys,xml.etree.ElementTree as E
ns='{http://schemas.microsoft.com/windows/2004/02/mit/task}'
root=E.fromstring(sys.stdin.buffer.read())
print(json.dumps({e.tag.replace(ns,''): (e.text or '').strip() for e in root.iter() if not len(e)}))`;
  const odd = { ...paths, executable: 'C:\\R&D <x>\\system-monitor.exe' };
  const { stdout, stderr } = spawnSync('python3', ['-c', script], {
    input: encodeTaskXml(taskXml(odd)),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(taskXml(odd)).toContain('<BootTrigger>');
  expect(JSON.parse(stdout)).toMatchObject({
    UserId: 'S-1-5-18',
    MultipleInstancesPolicy: 'IgnoreNew',
    DisallowStartIfOnBatteries: 'false',
    StopIfGoingOnBatteries: 'false',
    RunOnlyIfNetworkAvailable: 'false',
    ExecutionTimeLimit: 'PT0S',
    Command: '"C:\\R&D <x>\\system-monitor.exe"',
    Arguments:
      'background --service --config "C:\\ProgramData\\System Monitor\\config.json" --state-dir "C:\\ProgramData\\System Monitor\\state" --log-file "C:\\ProgramData\\System Monitor\\state\\system-monitor.log"',
  });
});

test('stopping disables the task first, or the every-minute trigger would undo it', async () => {
  let running = true;
  const { runCommand, lines } = recordingRunner((line) => {
    if (line.includes('/End')) running = false;
    if (line.includes('/XML')) return { stdout: definition };
    if (line.includes('/Query')) return { stdout: details(running ? '267009' : '1', 'x') };
    return undefined;
  });
  const manager = createTaskSchedulerService({
    disk: realDisk,
    paths,
    runCommand,
    clock: instantClock(),
    userId: undefined,
  });
  await manager.stop();
  expect(lines.filter((line) => !line.includes('/Query'))).toEqual([
    'schtasks /Change /TN System Monitor /DISABLE',
    'schtasks /End /TN System Monitor',
  ]);
  lines.length = 0;
  await manager.start();
  expect(lines.filter((line) => !line.includes('/Query'))).toEqual([
    'schtasks /Change /TN System Monitor /ENABLE',
    'schtasks /Run /TN System Monitor',
  ]);
});

test('a refusal is told with what to do about it', async () => {
  const { runCommand } = recordingRunner((line) => {
    if (line.includes('/XML')) return { stdout: definition };
    return line.includes('/Change') ? { exitCode: 1, stderr: 'ERROR: Access is denied.\r\n' } : {};
  });
  const manager = createTaskSchedulerService({
    disk: realDisk,
    paths,
    runCommand,
    clock: instantClock(),
    userId: undefined,
  });
  await expect(manager.start()).rejects.toMatchObject({
    code: 'PERMISSION',
    reason: 'schtasks refused: ERROR: Access is denied.',
    hint: expect.stringContaining('Run as administrator'),
  });
});

/** Whatever Windows' paths say, its files lie in one folder. */
function withWindowsPaths(disk: CrashDisk): Disk {
  disk.makeFolder('/windows', 0o700);
  const there = (path: string) =>
    path.startsWith('/') ? path : join('/windows', win32.basename(path));
  return {
    ...disk,
    create: (path, mode) => disk.create(there(path), mode),
    rename: (from, to) => disk.rename(there(from), there(to)),
    unlink: (path) => disk.unlink(there(path)),
    stat: (path) => disk.stat(there(path)),
    makeFolder: (path, mode) => disk.makeFolder(there(path), mode),
    syncFolder: (path) => disk.syncFolder(there(path)),
  };
}

/** A Windows with the task and an older program, or with neither; what `answer` leaves open succeeds. */
function machine(
  place: string | undefined,
  answer: (line: string) => Partial<CommandResult> | undefined = () => undefined,
) {
  const disk = createCrashDisk();
  const put = (path: string, content: string) => {
    makeFolder(disk, dirname(path));
    writeFileDurably(disk, path, content);
  };
  put('/downloads/newer.exe', 'newer');
  if (place !== undefined) put(place, 'older');
  const { runCommand, lines } = recordingRunner((line) => {
    const answered = answer(line);
    if (answered !== undefined) return answered;
    if (!line.includes('/Query')) return undefined;
    if (place === undefined) return { exitCode: 1 };
    return { stdout: taskXml({ ...paths, executable: place }) };
  });
  const windows = withWindowsPaths(disk);
  const manager = createTaskSchedulerService({
    ...{ disk: windows, paths, runCommand, clock: instantClock(), userId: undefined },
  });
  const install = (more: Partial<InstallOptions> = {}) =>
    manager.install({
      ...{ sourceExecutable: '/downloads/newer.exe', configure: async () => {}, ...more },
    });
  const contents = (name: string) =>
    [...disk.files()].filter(([path]) => path.endsWith(name)).map(([, content]) => content);
  return { disk, lines, manager, install, contents, put };
}

const elsewhere = '/monitoring/system-monitor.exe';

test('an upgrade is one of the program that the task runs, and disables nothing on its way', async () => {
  const { install, lines, contents } = machine(elsewhere);
  expect(await install()).toMatchObject({ isNew: false, executable: elsewhere, remarks: [] });
  expect(contents('/monitoring/system-monitor.exe')).toEqual(['newer']);
  expect(contents('.old')).toEqual([]);
  const acts = lines.filter((line) => /\/(Change|End|Create|Run|Delete)\b/.test(line));
  expect(acts.map((line) => /\/(Change|End|Create|Run|Delete)\b/.exec(line)?.[1])).toEqual([
    ...['End', 'Create', 'Run'],
  ]);
});

test.each(['/Create', '/Run'])(
  'an upgrade whose %s is refused puts the older program back and starts it',
  async (act) => {
    let refusals = 1;
    const { install, lines, contents } = machine(elsewhere, (line) =>
      line.includes(act) && refusals-- > 0 ? { exitCode: 1, stderr: 'ERROR: refused' } : undefined,
    );
    await expect(install()).rejects.toMatchObject({
      reason: expect.stringContaining('ERROR: refused'),
      hint: expect.stringContaining('The older version was put back, and runs again.'),
    });
    expect(contents('/monitoring/system-monitor.exe')).toEqual(['older']);
    expect(lines.at(-1)).toContain('/Run');
  },
);

test('a disk that is full is told before the agent is stopped', async () => {
  const { install, disk, lines, contents } = machine(elsewhere);
  disk.refuse = (call, path) => (call === 'create' && path.endsWith('.new') ? 'ENOSPC' : undefined);
  await expect(install()).rejects.toMatchObject({ code: 'CANNOT_WRITE' });
  expect(contents('/monitoring/system-monitor.exe')).toEqual(['older']);
  expect(lines.at(-1)).toContain('/Run');
});

test('a dry run asks, and changes nothing', async () => {
  const { install, lines, disk } = machine(elsewhere);
  const before = disk.files();
  expect(await install({ dryRun: true })).toMatchObject({ executable: elsewhere });
  expect(lines.filter((line) => !line.includes('/Query'))).toEqual([]);
  expect(disk.files()).toEqual(before);
});
