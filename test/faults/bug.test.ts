/** The real process with a bug in it: it must end, and be seen to end, whatever hangs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect } from '@jest/globals';
import { lockFolder } from '../../src/spool/folder-lock.ts';
import { readStatus } from '../../src/status/status-file.ts';
import { until, waitingReports } from '../support/program.ts';
import { realDisk } from '../support/real-disk.ts';
import { onPlatform, testWith } from '../support/requirement.ts';
import { startTcpServer } from '../support/scripted-receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

interface Running {
  readonly folder: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  stderr(): string;
  /** From now on the program is broken. */
  breakIt(): void;
}

function start(bug: string, url: string, command = ['background']): Running {
  const folder = temporaryFolder();
  const armingFile = join(folder, 'break it');
  const words = ['--import', at('./programs/inject-bug.ts'), at('../../bin/system-monitor.ts')];
  const child = spawn(process.execPath, [...words, ...command], {
    env: {
      SYSTEM_MONITOR_CONFIG: join(folder, 'config.json'),
      SYSTEM_MONITOR_STATE_DIR: join(folder, 'state'),
      SYSTEM_MONITOR_URL: url,
      SYSTEM_MONITOR_INTERVAL: '1',
      BUG: bug,
      BUG_WHEN: armingFile,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    folder,
    child,
    ended: new Promise((resolve) => child.once('close', (code) => resolve(code))),
    stderr: () => stderr,
    breakIt: () => writeFileSync(armingFile, ''),
  };
}

for (const [bug, where] of [
  ['agent', 'agent'],
  ['status', 'housekeeping'],
  ['reload', 'reload'],
  ['rejection', 'uncaught'],
  ['exception', 'uncaught'],
] as const) {
  testWith(
    [onPlatform('linux', 'darwin')],
    `a bug (${bug}) while a request hangs ends the process with 70, in order`,
    async () => {
      let connections = 0;
      const port = await startTcpServer(() => {
        connections += 1;
      });
      const program = start(bug, `http://127.0.0.1:${port}/`);
      await until('a request that hangs', () => connections > 0);
      const toldMs = performance.now();
      program.breakIt();
      if (bug === 'reload') {
        await until('the bug to be there', () => program.stderr().includes('broken from now on'));
        program.child.kill('SIGHUP');
      }
      expect(await program.ended).toBe(70);
      // A status is written every 3 s, and the request is given 1.2 s; it would hang for 30.
      expect(performance.now() - toldMs).toBeLessThan(15_000);

      const lines = program.stderr().match(/^\{.*\}$/gm) ?? [];
      const last = lines.map((line): unknown => JSON.parse(line)).slice(-2);
      expect(last).toMatchObject([
        { event: 'agent.failed', where, stack: expect.stringContaining('injected') },
        { event: 'agent.stopped', reason: 'bug' },
      ]);
      expect(waitingReports(program.folder)).toBeGreaterThanOrEqual(1);
      const state = join(program.folder, 'state');
      // Where the status itself is broken nobody can write that it ended.
      expect(readStatus(realDisk, state)?.running).toBe(bug === 'status');
      lockFolder(realDisk, join(state, 'spool'), process.pid).release();
    },
  );
}

testWith(
  [onPlatform('linux', 'darwin')],
  'a bug in any other command is told as one, with 70, whatever is left behind',
  async () => {
    const program = start('exception', 'http://127.0.0.1:9/', ['memory', '--watch', '1']);
    program.breakIt();
    expect(await program.ended).toBe(70);
    expect(program.stderr()).toMatch(/this is a bug\. Please report it[\s\S]*injected: exception/);
  },
);
