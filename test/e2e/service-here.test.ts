/**
 * Installs the built executable as a service of this very machine and removes it again: for
 * machines that may be changed, such as the runners of the release (INSTALL_SERVICE_HERE=1, as root
 * or administrator). It is the same test on Linux, macOS and Windows.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type OriginalReceiver, startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable, executable } from '../support/program.ts';
import { fromEnvironment, testWith } from '../support/requirement.ts';

const requirements = [fromEnvironment('INSTALL_SERVICE_HERE'), builtExecutable()];
const minuteMs = 60_000;
/** The Task Scheduler looks once a minute whether the agent still runs. */
const comebackMs = 3 * minuteMs;

let receiver: OriginalReceiver;

beforeAll(async () => {
  receiver = await startOriginalReceiver({ registeredIds: [] });
});

afterAll(async () => {
  await receiver.close();
});

function service(...words: readonly string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(executable, ['service', ...words], {
    encoding: 'utf8',
    timeout: 2 * minuteMs,
  });
  return { status, text: `${stdout}${stderr}` };
}

function reports(): number {
  return receiver.requests.filter(({ status }) => status === 200).length;
}

async function newReport(): Promise<void> {
  const before = reports();
  for (let waitedMs = 0; waitedMs < comebackMs; waitedMs += 100) {
    if (reports() > before) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no report within ${comebackMs} ms\n${service('logs').text}`);
}

testWith(
  requirements,
  'on this machine: installed, it reports; killed, it comes back; stopped, it is silent; removed, it is gone',
  async () => {
    try {
      const installed = service('install', '--url', receiver.url, '--interval', '1');
      expect(installed).toMatchObject({ status: 0, text: expect.stringContaining('started.') });
      await newReport();

      const running = service('status', '--json');
      expect(running.status).toBe(0);
      const { pid } = JSON.parse(running.text);
      // The Task Scheduler does not tell which process is its task's.
      if (process.platform === 'win32') spawnSync('taskkill', ['/F', '/IM', 'system-monitor.exe']);
      else process.kill(pid, 'SIGKILL');
      await newReport();

      expect(service('stop').status).toBe(0);
      expect(service('status').status).toBe(3);
      const whenStopped = reports();
      await new Promise((resolve) => setTimeout(resolve, 5000));
      expect(reports()).toBe(whenStopped);

      expect(service('start').status).toBe(0);
      await newReport();

      expect(service('install').text).toContain('Upgraded and started.');
      await newReport();
      expect(receiver.requests.filter(({ refusal }) => refusal !== undefined)).toEqual([]);
    } finally {
      expect(service('uninstall', '--purge').status).toBe(0);
    }
    expect(JSON.parse(service('status', '--json').text)).toMatchObject({
      installed: false,
      running: false,
    });
  },
  10 * minuteMs,
);
