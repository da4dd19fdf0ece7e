import { describe, expect } from '@jest/globals';
import { startOriginalReceiver } from '../support/original-receiver.ts';
import {
  builtExecutable,
  runProgram,
  savedSystemId,
  startProgram,
  until,
  waitingReports,
} from '../support/program.ts';
import { startReceiver } from '../support/receiver.ts';
import { onPlatform, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const built = [builtExecutable()];

describe('background', () => {
  testWith(built, 'reports to a receiver of the original without a single refusal', async () => {
    const folder = temporaryFolder();
    const receiver = await startOriginalReceiver({ registeredIds: [] });
    const environment = { SYSTEM_MONITOR_URL: receiver.url, SYSTEM_MONITOR_INTERVAL: '1' };
    const program = startProgram(['background'], { folder, environment });
    try {
      await until('three reports', () => receiver.requests.length >= 3);
    } finally {
      program.kill('SIGTERM');
    }
    expect((await program.ended).code).toBe(0);
    await receiver.close();
    const refusals = receiver.requests.filter((request) => request.refusal !== undefined);
    expect(refusals).toEqual([]);
    for (const { body, headers } of receiver.requests) {
      expect(body).toMatchObject({
        action: 'send_stats',
        system_id: savedSystemId(folder),
        url: receiver.url,
        interval: 1,
      });
      expect(headers).toHaveProperty('idempotency-key');
    }
    const epochs = epochsOf(receiver.requests.map((request) => request.body));
    expect(new Set(epochs).size).toBe(epochs.length);
  });

  testWith(
    built,
    'reports made while the server was away arrive after it returns, each once',
    async () => {
      const folder = temporaryFolder();
      const first = await startOriginalReceiver({ registeredIds: [] });
      const port = Number(new URL(first.url).port);
      const environment = {
        SYSTEM_MONITOR_URL: first.url,
        SYSTEM_MONITOR_INTERVAL: '1',
        SYSTEM_MONITOR_LOG_LEVEL: 'debug',
      };
      const program = startProgram(['background'], { folder, environment });
      try {
        await until('a first report', () => first.requests.length >= 1);
        await first.close();
        await until('a backlog', () => waitingReports(folder) >= 4);
        const second = await startOriginalReceiver({ registeredIds: [], port });
        await until('the backlog to arrive', () => second.requests.length >= 5);
        program.kill('SIGTERM');
        const ended = await program.ended;
        expect(ended.code).toBe(0);
        // What was collected in the very last moment is sent by this.
        const once = await runProgram(['background', '--once'], { folder, environment });
        expect(once.code).toBe(0);
        await second.close();

        const collected = collectedKeys(ended.stderr + once.stderr);
        // None of Node's own warnings stands among the lines.
        const others = ended.stderr.split('\n').filter((line) => !/^(?:\{.*\})?$/.test(line));
        expect(others).toEqual([]);
        const arrived = [...first.requests, ...second.requests].map(
          (request) => request.headers['idempotency-key'],
        );
        expect(collected.length).toBeGreaterThanOrEqual(6);
        expect(arrived.sort()).toEqual(collected.sort());
        expect(waitingReports(folder)).toBe(0);
      } finally {
        program.kill('SIGKILL');
      }
    },
    90_000,
  );

  testWith(built, 'what was not sent before the end is sent at the next start', async () => {
    const folder = temporaryFolder();
    const away = { SYSTEM_MONITOR_URL: 'http://127.0.0.1:9/', SYSTEM_MONITOR_INTERVAL: '1' };
    const program = startProgram(['background'], { folder, environment: away });
    await until('two reports', () => waitingReports(folder) >= 2);
    program.kill('SIGKILL');
    await program.ended;
    const waiting = waitingReports(folder);

    await using receiver = await startReceiver();
    const environment = { SYSTEM_MONITOR_URL: receiver.url };
    const once = await runProgram(['background', '--once'], { folder, environment });
    expect(once.code).toBe(0);
    expect(waitingReports(folder)).toBe(0);
    const { systems } = await receiver.getJson('/api/systems');
    expect(systems).toHaveLength(1);
    const query = { systemId: savedSystemId(folder), from: 0, to: 2 ** 40, bucketSeconds: 1 };
    const stored = await receiver.store.history(query);
    expect(stored.reduce((sum, point) => sum + point.reports, 0)).toBe(waiting + 1);
  });

  testWith(built, '--once without a server keeps the report and says try later, 75', async () => {
    const folder = temporaryFolder();
    const environment = { SYSTEM_MONITOR_URL: 'http://127.0.0.1:9/' };
    const once = await runProgram(['background', '--once'], { folder, environment });
    expect(once.code).toBe(75);
    expect(waitingReports(folder)).toBe(1);
  });

  testWith(
    built,
    'without a URL it names the default address, and as a service waits',
    async () => {
      // Nothing reaches whoever may be listening at the default address of this machine.
      const environment = { SYSTEM_MONITOR_PROXY: 'http://127.0.0.1:9/' };
      const inForeground = { folder: temporaryFolder(), environment };
      const { stderr } = await runProgram(['background', '--once'], inForeground);
      expect(stderr).toMatch(/"config\.url_default","url":"http:\/\/127\.0\.0\.1:5000/);
      const asService = { folder: temporaryFolder(), environment };
      const waits = await runProgram(['background', '--once', '--service'], asService);
      expect(waits).toMatchObject({ code: 75, stderr: expect.not.stringContaining('5000') });
      expect(waits.stderr).toContain('"config.url_missing"');
      expect(waitingReports(asService.folder)).toBe(1);
    },
  );

  testWith(
    [...built, onPlatform('linux', 'darwin')],
    'leaves at SIGTERM without waiting for a server that accepts and stays silent',
    async () => {
      const folder = temporaryFolder();
      const { createServer } = await import('node:net');
      const sockets: { destroy(): void }[] = [];
      const silent = createServer((socket) => sockets.push(socket));
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const address = silent.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const environment = { SYSTEM_MONITOR_URL: `http://127.0.0.1:${port}/` };
      const program = startProgram(['background'], { folder, environment });
      try {
        await until('a connection', () => sockets.length > 0);
        const toldMs = performance.now();
        program.kill('SIGTERM');
        const ended = await program.ended;
        expect(ended.code).toBe(0);
        // The promise is 2 s (docs/reliability.md measures it); a request may take 30.
        expect(performance.now() - toldMs).toBeLessThan(15_000);
        expect(waitingReports(folder)).toBe(1);
      } finally {
        program.kill('SIGKILL');
        for (const socket of sockets) socket.destroy();
        silent.close();
      }
    },
  );

  testWith(built, 'a second one on the same state is refused, 75, and harms nothing', async () => {
    const folder = temporaryFolder();
    const environment = { SYSTEM_MONITOR_URL: 'http://127.0.0.1:9/' };
    const first = startProgram(['background'], { folder, environment });
    try {
      await until('the first to run', () => waitingReports(folder) >= 1);
      const second = await runProgram(['background'], { folder, environment });
      expect(second.code).toBe(75);
      expect(second.stderr).toContain(String(first.pid));
    } finally {
      first.kill('SIGTERM');
    }
    expect((await first.ended).code).toBe(0);
  });

  testWith(built, 'secrets of the address are in no line of the log', async () => {
    const folder = temporaryFolder();
    const environment = { SYSTEM_MONITOR_URL: 'http://ann:hunter2@127.0.0.1:9/' };
    const ended = await runProgram(['background', '--once'], { folder, environment });
    expect(ended.stderr).toContain('127.0.0.1:9');
    expect(ended.stderr + ended.stdout).not.toContain('hunter2');
  });
});

/** What the log says was collected and made durable. */
function collectedKeys(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => line.includes('"report.collected"'))
    .map((line) => String(JSON.parse(line).key));
}

function epochsOf(bodies: readonly unknown[]): number[] {
  return bodies.map((body) => Number(Reflect.get(Object(body), 'epoch')));
}
