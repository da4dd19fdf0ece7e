import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { createTaskSchedulerService } from '../../../src/service/task-scheduler.ts';
import { parseTaskState } from '../../../src/service/task-state.ts';
import { encodeTaskXml, taskXml, windowsArgument } from '../../../src/service/task-xml.ts';
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
