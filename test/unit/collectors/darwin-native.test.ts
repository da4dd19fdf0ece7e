/** macOS by direct calls, behind a self-check in a child process. Not run on a Mac yet. */
import { expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { toJson } from '../../../src/base/json.ts';
import type { CollectorContext } from '../../../src/collectors/collector.ts';
import { createCollectorContext } from '../../../src/collectors/context.ts';
import { createCheckedRead, type NativePart } from '../../../src/collectors/darwin-native.ts';
import { readNatively } from '../../../src/collectors/darwin-parts.ts';
import { darwinMemory } from '../../../src/collectors/memory/darwin.ts';
import { darwinCounters } from '../../../src/collectors/network/darwin.ts';
import { darwinProcesses } from '../../../src/collectors/processes/darwin.ts';
import type { CommandRequest, RunCommand } from '../../../src/host/run-command.ts';
import { createRuntime } from '../../../src/main.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { createManualClock } from '../../support/clocks.ts';
import { collectorContext, recordingLogger } from '../../support/collector-context.ts';
import { type FakeMac, fakeMac } from '../host-darwin/fake-mac.ts';

const mac: FakeMac = {
  processes: [
    { pid: 1, userId: 0, name: 'launchd' },
    { pid: 501, userId: 501, name: 'zsh' },
  ],
  users: { 0: 'root', 501: 'anna smith' },
  interfaces: [['en0', 5000n, 7000n]],
};
const load = async () => fakeMac(mac);

function context(): CollectorContext {
  return {
    ...collectorContext({ platform: 'darwin' }),
    mountProbe: ['system-monitor', 'probe-mount'],
    asksNatively: true,
  };
}

/** A child that does what ours does: reads a part, and prints it. */
function child(print: (part: string) => Promise<string> | string = printed) {
  const asked: string[] = [];
  const runCommand: RunCommand = async ({ program, args }: CommandRequest) => {
    asked.push([program, ...args].join(' '));
    return { exitCode: 0, stdout: await print(args.at(-1) ?? ''), stderr: '' };
  };
  return { asked, runCommand };
}

async function printed(part: string): Promise<string> {
  return toJson(await readNatively(part, context(), load));
}

/** The first sample by the program, the others by direct calls. */
async function passesItsCheck<Value>(native: NativePart<Value>): Promise<void> {
  const here = context();
  const { asked, runCommand } = child();
  const portable = await native.open(fakeMac(mac), here)();
  let programs = 0;
  const byProgram = async () => {
    programs += 1;
    return portable;
  };
  const read = createCheckedRead(native, byProgram, here, { load, runCommand });
  expect(await read()).toBe(portable);
  for (let sample = 0; sample < 3; sample += 1) {
    const value = await read();
    expect(value).not.toBe(portable);
    expect(value).toEqual(portable);
  }
  expect(programs).toBe(1);
  expect(asked).toEqual([`system-monitor probe-mount --native ${native.part}`]);
  expect(here.remarks.current()).toEqual([]);
}

test('once the child has agreed, macOS is asked in this process', async () => {
  await passesItsCheck(darwinMemory);
  await passesItsCheck(darwinProcesses);
  await passesItsCheck(darwinCounters);
});

async function failing(runCommand: RunCommand) {
  const here = context();
  const portable = await darwinMemory.open(fakeMac(mac), here)();
  let programs = 0;
  const byProgram = async () => {
    programs += 1;
    return portable;
  };
  const read = createCheckedRead(darwinMemory, byProgram, here, {
    runCommand,
    load: async () => {
      throw new Error('nothing may be called here');
    },
  });
  const values = [await read(), await read(), await read()];
  expect(values).toEqual([portable, portable, portable]);
  expect(programs).toBeGreaterThanOrEqual(3);
  const [remark] = here.remarks.current();
  expect(remark).toMatchObject({ kind: 'collector.fallback', subject: 'memory' });
  return remark?.reason;
}

test('a child that crashes, hangs or prints rubbish costs a remark; the programs go on answering', async () => {
  const crashing: RunCommand = async () => ({ exitCode: -1, stdout: '', stderr: '' });
  expect(await failing(crashing)).toBe(
    'direct calls fail, or did not pass their check (its child ended with -1)',
  );
  const hanging: RunCommand = async () => {
    throw new MonitorError({ code: 'TIMEOUT', operation: 'run it', reason: 'no answer' });
  };
  expect(await failing(hanging)).toContain('no answer');
  expect(await failing(child(() => 'rubbish').runCommand)).toContain('JSON');
});

test('a check that failed in a bad moment is made again, and so is one that passed before', async () => {
  const clock = createManualClock();
  const here = { ...context(), clock };
  const portable = await darwinMemory.open(fakeMac(mac), here)();
  let status = -1;
  let isBroken = false;
  const calls = fakeMac(mac);
  const runCommand: RunCommand = async () => ({
    ...{ exitCode: status, stderr: '' },
    stdout: await printed('memory'),
  });
  const read = createCheckedRead(darwinMemory, async () => portable, here, {
    runCommand,
    load: async () => ({
      ...calls,
      host_page_size: (...values) => (isBroken ? 5 : calls.host_page_size(...values)),
    }),
  });
  const isFallback = () => here.remarks.current().length > 0;
  expect(await read()).toBe(portable);
  status = 0;
  await clock.advance(59_999);
  expect(await read()).toBe(portable);
  expect(isFallback()).toBe(true);
  await clock.advance(1);
  await read();
  expect(isFallback()).toBe(false);
  expect(await read()).not.toBe(portable);

  // A call that is refused later costs no figure.
  isBroken = true;
  expect(await read()).toBe(portable);
  isBroken = false;
  status = -1;
  expect(await read()).toBe(portable);
  expect(await read()).toBe(portable);
  expect(isFallback()).toBe(true);
});

test('figures that are not those of this machine are not believed', async () => {
  const memory = JSON.parse(await printed('memory'));
  const altered = (change: object) => child(() => toJson({ ...memory, ...change })).runCommand;
  expect(await failing(altered({ totalBytes: 7 }))).toContain('a total of 7 bytes instead of');
  expect(await failing(altered({ wired: memory.wired + memory.totalBytes / 9 }))).toContain(
    'wired',
  );
  expect(await failing(altered({ free: 'much' }))).toContain('free memory of much bytes');
  expect(await failing(child(() => 'null').runCommand)).toContain('undefined bytes');
});

test('processes agree where nine of ten are the same, users included where they are wanted', () => {
  const rows = Array.from({ length: 20 }, (_, pid) => ({ pid, name: `p${pid}`, username: 'root' }));
  const { disagreement } = darwinProcesses;
  expect(disagreement(rows.slice(2), rows)).toBeUndefined();
  expect(disagreement(rows.slice(3), rows)).toBe('17 of 20 processes are the same');
  const strangers = rows.map((one) => ({ ...one, username: 'nobody' }));
  expect(disagreement(strangers, rows)).toBe('0 of 20 processes are the same');
  expect(
    disagreement(
      strangers,
      rows.map((one) => ({ ...one, username: '' })),
    ),
  ).toBeUndefined();
  expect(disagreement({ length: 9 }, rows)).toBe('a list that is none');
});

test('counters agree where each interface has about the same bytes', () => {
  const { disagreement } = darwinCounters;
  const portable = [['en0', { receivedBytes: 1000, sentBytes: 2000 }]] as const;
  expect(
    disagreement([['en0', { receivedBytes: 1010, sentBytes: 2000 }]], portable),
  ).toBeUndefined();
  expect(disagreement([], portable)).toBe('receivedBytes of en0 is undefined instead of 1000');
  expect(disagreement([['en0', { receivedBytes: 1e12, sentBytes: 2000 }]], portable)).toContain(
    'en0',
  );
});

test('it is off unless it is asked for, and on macOS alone', () => {
  const logger = recordingLogger();
  const runtime = createRuntime();
  const asksNatively = (platform: NodeJS.Platform, settings: object) =>
    createCollectorContext({ ...runtime, platform }, logger, { ...defaultSettings, ...settings })
      .asksNatively;
  expect(asksNatively('darwin', {})).toBe(false);
  expect(asksNatively('darwin', { darwin_native: true })).toBe(true);
  expect(asksNatively('linux', { darwin_native: true })).toBe(false);
});

test('a part that has no native way is refused', async () => {
  await expect(readNatively('disks', context(), load)).rejects.toMatchObject({
    code: 'NOT_AVAILABLE',
  });
});
