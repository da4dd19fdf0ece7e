import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { bundleProgram, packageVersion } from '../../build/bundle.ts';
import { recordCodeCaches } from '../../build/code-cache.ts';
import { makeExecutable } from '../../build/executable.ts';
import { type Target, targets } from '../../build/targets.ts';
import { sendStatsRequestSchema } from '../../src/wire/requests.ts';
import { statsSchema } from '../../src/wire/stats.ts';
import { startOriginalReceiver } from '../support/original-receiver.ts';
import { onWindows, testWith } from '../support/requirement.ts';
import { createWindowsFolder, type WindowsFolder } from '../support/windows-run.ts';

const windows = onWindows();
const name = 'system-monitor.exe';
const timeoutMs = 10 * 60_000;

let folder: WindowsFolder | undefined;
let workFolder = '';

/** The executable as it is released, made of the source as it stands now. */
beforeAll(async () => {
  if (!windows.met) return;
  const target: Target | undefined = targets.find((one) => one.name === 'win-x64');
  if (target === undefined) throw new Error('there is no target named win-x64');
  workFolder = mkdtempSync(join(tmpdir(), 'windows-executable-'));
  const info = { version: await packageVersion(), commit: 'test', target: target.name };
  const bundle = await bundleProgram({ info });
  const caches = await recordCodeCaches({ target, bundle, workFolder });
  folder = createWindowsFolder();
  folder.add(await makeExecutable({ target, bundle, caches, workFolder, version: info.version }));
}, timeoutMs);

afterAll(() => {
  folder?.remove();
  rmSync(workFolder, { recursive: true, force: true });
});

/** What a command prints; it must end well and have nothing to complain of. */
async function outputOf(...words: string[]): Promise<string> {
  if (folder === undefined) throw new Error('the executable was not made');
  const { status, stdout, stderr } = await folder.run(name, ...words);
  expect({ words, status, stderr }).toEqual({ words, status: 0, stderr: '' });
  return stdout;
}

async function jsonOf(...words: string[]): Promise<unknown> {
  return JSON.parse(await outputOf(...words));
}

testWith(
  [windows],
  'it tells its version',
  async () => {
    expect(await outputOf('--version')).toContain(await packageVersion());
  },
  timeoutMs,
);

for (const part of ['cpu', 'memory', 'disks', 'network'] as const) {
  testWith(
    [windows],
    `${part} prints what the wire promises, and nothing on standard error`,
    async () => {
      const printed = await jsonOf(part);
      expect(statsSchema.shape[part].parse(printed)).toEqual(printed);
      expect(Object.keys(Object(printed)).length).toBeGreaterThan(0);
    },
    timeoutMs,
  );
}

testWith(
  [windows],
  'processes prints every process with its DOMAIN\\user, itself among them',
  async () => {
    const printed = statsSchema.shape.processes.parse(await jsonOf('processes'));
    if (!Array.isArray(printed)) throw new Error('the processes are no list');
    expect(printed).toContainEqual({
      pid: expect.any(Number),
      name,
      username: expect.stringMatching(/^[^\\]+\\[^\\]+$/),
    });
  },
  timeoutMs,
);

testWith(
  [windows],
  'stats prints all five parts at once',
  async () => {
    const printed = await jsonOf('stats', '--json');
    expect(statsSchema.parse(printed)).toEqual(printed);
  },
  timeoutMs,
);

testWith(
  [windows],
  'generate_system_id names the system as Windows',
  async () => {
    expect(await outputOf('generate_system_id')).toMatch(/^Windows-[0-9a-f]{32}\s*$/);
  },
  timeoutMs,
);

testWith(
  [windows],
  'background --once delivers a report of this Windows to a receiver as users have it',
  async () => {
    if (folder === undefined) throw new Error('the executable was not made');
    const receiver = await startOriginalReceiver({ registeredIds: [] });
    try {
      const systemId = `Windows-${'0123456789abcdef'.repeat(2)}`;
      writeFileSync(
        join(folder.path, 'config.json'),
        JSON.stringify({ system_id: systemId, url: receiver.url, interval: 60 }),
      );
      const { status, stderr } = await folder.run(
        name,
        ...['background', '--once'],
        ...['--config', folder.pathThere('config.json')],
        ...['--state-dir', folder.pathThere('state')],
      );
      expect({ status, refused: receiver.requests.filter((one) => one.status !== 200) }).toEqual({
        status: 0,
        refused: [],
      });
      const [request] = receiver.requests;
      const report = sendStatsRequestSchema.parse(request?.body);
      expect(report.system_id).toBe(systemId);
      expect(report.stats.disks).toHaveProperty(['C:\\', 'mount_point'], 'C:\\');
      expect(report.stats.processes).toContainEqual(expect.objectContaining({ name }));
      // One line an event: nothing else may reach standard error, warnings of Node's least of all.
      for (const line of stderr.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    } finally {
      await receiver.close();
    }
  },
  timeoutMs,
);
