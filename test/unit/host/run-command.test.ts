import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type CommandRequest, createCommandRunner } from '../../../src/host/run-command.ts';
import { onPlatform, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const run = createCommandRunner({ environment: { PATH: process.env.PATH, GREETING: 'hello' } });
const long = 60_000;

function node(script: string, more: Partial<CommandRequest> = {}): CommandRequest {
  return { program: process.execPath, args: ['-e', script], deadlineMs: long, ...more };
}

test('a program answers with its output, its complaints and its exit status', async () => {
  const result = await run(
    node('process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3'),
  );
  expect(result).toMatchObject({ exitCode: 3, stdout: 'out', stderr: 'err' });
});

test('arguments reach the program as they are, because there is no shell', async () => {
  const { stdout } = await run({
    program: process.execPath,
    args: ['-p', 'process.argv[1]', '$(id); "a b" *'],
    deadlineMs: long,
  });
  expect(stdout).toBe('$(id); "a b" *\n');
});

test('a program sees the environment that was handed in, and speaks the C locale', async () => {
  const { stdout } = await run(node('console.log(process.env.GREETING, process.env.LC_ALL)'));
  expect(stdout).toBe('hello C\n');
});

test('standard input is empty, so that nothing can wait for an answer', async () => {
  const { stdout } = await run(
    node('process.stdin.on("end", () => console.log("end")); process.stdin.resume()'),
  );
  expect(stdout).toBe('end\n');
});

test('a program that is not there is NOT_AVAILABLE', async () => {
  await expect(
    run({ program: 'no-such-program-here', args: [], deadlineMs: long }),
  ).rejects.toMatchObject({ code: 'NOT_AVAILABLE', operation: 'run no-such-program-here' });
});

test('a program that never answers is killed at its deadline', async () => {
  let pid = 0;
  await expect(
    run(
      node('process.stdout.write(String(process.pid)); setInterval(() => {}, 1000)', {
        deadlineMs: 1500,
        onOutput: (piece) => {
          pid = Number(Buffer.from(piece).toString());
        },
      }),
    ),
  ).rejects.toMatchObject({ code: 'TIMEOUT', reason: 'no answer within 1500 ms' });
  if (pid > 0) await expectGone(pid);
});

test('more output than allowed kills the program', async () => {
  await expect(
    run(
      node('setInterval(() => process.stdout.write("x".repeat(4096)), 1)', {
        maxOutputBytes: 10_000,
      }),
    ),
  ).rejects.toMatchObject({ code: 'MALFORMED', reason: 'its output is longer than 10000 bytes' });
});

test('an abort ends the program, and output is passed on as it comes', async () => {
  const controller = new AbortController();
  const seen: string[] = [];
  const running = run(
    node('console.log("first"); setInterval(() => {}, 1000)', {
      deadlineMs: 'until aborted',
      signal: controller.signal,
      onOutput: (piece) => {
        seen.push(Buffer.from(piece).toString());
        controller.abort();
      },
    }),
  );
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(seen).toEqual(['first\n']);
});

test('an abort that came first starts nothing', async () => {
  await expect(
    run({ program: 'no-such-program', args: [], deadlineMs: long, signal: AbortSignal.abort() }),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
});

async function expectGone(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`process ${pid} is still there`);
}

testWith(
  [onPlatform('linux', 'darwin')],
  "a name is looked up in the runner's folder alone, which is the current one then",
  async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ask.exe'), '#!/bin/sh\npwd\n', { mode: 0o755 });
    const inFolder = createCommandRunner({
      environment: { PATH: process.env.PATH },
      programFolder: folder,
    });
    const ask = (program: string) => inFolder({ program, args: [], deadlineMs: 10_000 });
    expect((await ask('ask')).stdout).toBe(`${folder}\n`);
    expect((await ask('/bin/pwd')).stdout).toBe(`${folder}\n`);
    await expect(ask('pwd')).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
  },
);
