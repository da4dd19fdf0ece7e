import { appendFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { sentParts } from '../../src/collectors/index.ts';
import { startOriginalReceiver } from '../support/original-receiver.ts';
import {
  builtExecutable,
  type RunningProgram,
  runProgram,
  startProgram,
  until,
  waitingReports,
} from '../support/program.ts';
import { onPlatform, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const built = [builtExecutable()];
const unix = [...built, onPlatform('linux', 'darwin')];
/** A port of the loopback on which nothing listens (discard, RFC 863). */
const nobody = 'http://127.0.0.1:9/';

describe('new settings while it runs', () => {
  testWith(unix, 'are taken over at SIGHUP, and reports go to the new server', async () => {
    const folder = temporaryFolder();
    const receiver = await startOriginalReceiver({ registeredIds: [] });
    saveSettings(folder, { url: nobody, interval: 1 });
    const program = startProgram(['background'], { folder });
    try {
      await until('a report that waits', () => waitingReports(folder) > 0);
      saveSettings(folder, { url: receiver.url, interval: 1, ...savedId(program) });
      program.kill('SIGHUP');
      await until('reports at the new server', () => receiver.requests.length >= 2);
      expect(program.stderr()).toContain('"config.reloaded"');
    } finally {
      await stop(program);
      await receiver.close();
    }
    expect(receiver.requests.filter((request) => request.refusal !== undefined)).toEqual([]);
  });

  testWith(built, 'are taken over from the file alone', async () => {
    const folder = temporaryFolder();
    saveSettings(folder, { url: nobody, interval: 3600 });
    const program = startProgram(['background'], { folder });
    try {
      await until('the first report', () => waitingReports(folder) === 1);
      await runProgram(['config', 'set', 'interval', '1'], { folder });
      await until('more reports', () => waitingReports(folder) >= 3);
    } finally {
      await stop(program);
    }
  });

  testWith(unix, 'that are wrong are refused with their reason; the old ones go on', async () => {
    const folder = temporaryFolder();
    saveSettings(folder, { url: nobody, interval: 1 });
    const program = startProgram(['background'], { folder });
    try {
      await until('a report', () => waitingReports(folder) > 0);
      writeFileSync(join(folder, 'config.json'), '{"interval": "soon"}');
      program.kill('SIGHUP');
      await until('the refusal', () => program.stderr().includes('"config.refused"'));
      expect(program.stderr()).toContain('interval = \\"soon\\"');
      const before = waitingReports(folder);
      await until('another report', () => waitingReports(folder) > before);
    } finally {
      await stop(program);
    }
  });
});

describe('status', () => {
  testWith(built, 'says whether it runs, what waits and why', async () => {
    const folder = temporaryFolder();
    saveSettings(folder, { url: 'http://ann:hunter2@127.0.0.1:9/', interval: 1 });
    expect(await statusOf(folder)).toMatchObject({ code: 69, report: { running: false } });
    const program = startProgram(['background'], { folder });
    try {
      await until('a failure in the status', async () => {
        const { report } = await statusOf(folder);
        return report.agent?.delivered.consecutive_failures > 0;
      });
      const { code, report, text } = await statusOf(folder);
      expect(code).toBe(0);
      expect(report).toMatchObject({
        running: true,
        agent: { pid: program.pid, interval: 1, url: 'http://127.0.0.1:9/', stuck_mounts: [] },
      });
      expect(report.agent.delivered.last_error.reason).toContain('ECONNREFUSED');
      expect(report.waiting.reports).toBeGreaterThan(0);
      expect(text).not.toContain('hunter2');
    } finally {
      await stop(program);
    }
    expect(await statusOf(folder)).toMatchObject({ code: 69, report: { running: false } });
  });

  testWith(unix, 'is in a file that its owner alone can read', async () => {
    const folder = temporaryFolder();
    await runProgram(['background', '--once', '--url', nobody], { folder });
    expect(statSync(join(folder, 'state', 'status.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
  });
});

describe('spool', () => {
  testWith(built, 'lists, shows, verifies and drops what waits', async () => {
    const folder = temporaryFolder();
    const run = (...words: string[]) => runProgram(['spool', ...words], { folder });
    expect(JSON.parse((await run('list')).stdout)).toMatchObject({ pending: [], rejected: [] });
    await runProgram(['background', '--once', '--url', nobody], { folder });
    const { pending } = JSON.parse((await run('list')).stdout);
    expect(pending).toHaveLength(1);
    const [{ key }] = pending;
    expect(JSON.parse((await run('show', key)).stdout)).toMatchObject({ action: 'send_stats' });
    expect((await run('verify')).code).toBe(0);

    appendFileSync(join(folder, 'state', 'spool', 'pending', `${key}.report`), 'x');
    const damaged = await run('verify');
    expect(damaged.code).toBe(69);
    expect(damaged.stdout).toContain(key);

    expect((await run('drop')).code).toBe(64);
    expect((await run('drop', '--state', 'pending', key)).code).toBe(0);
    expect(waitingReports(folder)).toBe(0);
    expect((await run('show', key)).code).toBe(69);
    expect((await run('show', '../../config.json')).code).toBe(64);
  });

  testWith(
    built,
    'a rejected report is put aside, shown with its reason, and retried',
    async () => {
      const folder = temporaryFolder();
      const run = (...words: string[]) => runProgram(['spool', ...words], { folder });
      const refusing = await startRefusingServer();
      await runProgram(['background', '--once', '--url', refusing.url], { folder });
      await refusing.close();
      const { pending, rejected } = JSON.parse((await run('list')).stdout);
      expect(pending).toEqual([]);
      expect(rejected).toHaveLength(1);
      expect(rejected[0].reason).toContain('422');
      expect((await run('retry', '--all')).code).toBe(0);
      expect(waitingReports(folder)).toBe(1);
    },
  );
});

describe('doctor', () => {
  testWith(built, 'goes through every step where all is well', async () => {
    const folder = temporaryFolder();
    const id = (await runProgram(['generate_system_id', '--save'], { folder })).stdout.trim();
    const receiver = await startOriginalReceiver({ registeredIds: [id] });
    const environment = { SYSTEM_MONITOR_URL: receiver.url };
    const { code, stdout } = await runProgram(['doctor'], { folder, environment });
    await receiver.close();
    expect(code).toBe(0);
    const steps: { step: string; state: string }[] = JSON.parse(stdout);
    expect(steps.map(({ step }) => step)).toEqual([
      'configuration',
      ...sentParts,
      ...(process.platform === 'win32' ? [] : ['rights']),
      'spool',
      'disk',
      'DNS',
      'TCP',
      'check_url',
      'check_system_id',
      'clock',
      'service',
    ]);
    expect(steps.filter(({ state }) => state === 'failed')).toEqual([]);
  });

  testWith(built, 'names the step that fails and its remedy', async () => {
    const folder = temporaryFolder();
    const environment = { SYSTEM_MONITOR_URL: 'http://ann:hunter2@127.0.0.1:9/' };
    const { code, stdout } = await runProgram(['doctor'], { folder, environment });
    expect(code).toBe(69);
    const failed = JSON.parse(stdout).filter((one: { state: string }) => one.state === 'failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ step: 'TCP', remedy: expect.stringContaining('port') });
    expect(stdout).not.toContain('hunter2');
  });
});

function saveSettings(folder: string, settings: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(folder, 'config.json'), JSON.stringify(settings));
}

/** The id that the program made for itself, as its log tells it. */
function savedId(program: RunningProgram): { system_id: string } {
  const id = /"system_id":"([^"]+)"/.exec(program.stderr())?.[1];
  if (id === undefined) throw new Error('the log names no id');
  return { system_id: id };
}

async function stop(program: RunningProgram): Promise<void> {
  program.kill('SIGTERM');
  await program.ended;
}

async function statusOf(folder: string) {
  const { code, stdout } = await runProgram(['status'], { folder });
  return { code, text: stdout, report: JSON.parse(stdout) };
}

async function startRefusingServer(): Promise<{ url: string; close(): Promise<void> }> {
  const { createServer } = await import('node:http');
  const server = createServer((_request, response) => response.writeHead(422).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
