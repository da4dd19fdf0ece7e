import { expect, test } from '@jest/globals';
import type { OutputStream, Runtime } from '../../../src/base/runtime.ts';
import { runCli } from '../../../src/cli/cli.ts';
import { createRuntime } from '../../../src/main.ts';

/** What happens on a real service manager is in test/e2e/systemd.test.ts. */
async function run(
  words: readonly string[],
  changes: Partial<Runtime> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written): OutputStream => ({
    isTerminal: false,
    columns: () => 80,
    write: async (text) => {
      written[name] += text;
    },
  });
  const code = await runCli({
    ...createRuntime(),
    arguments: ['service', ...words],
    platform: 'freebsd',
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    ...changes,
  });
  return { code, ...written };
}

test('a system without a known service manager is told what to start instead', async () => {
  expect(await run(['status'])).toMatchObject({
    code: 69,
    stdout: '',
    stderr: expect.stringContaining(
      'there is none for freebsd\nLet whatever starts programs on this system',
    ),
  });
});

test('a program that runs from its source is not made a service of', async () => {
  const selfCommand = ['/usr/bin/node', '/home/me/system-monitor/bin/system-monitor.ts'];
  expect(await run(['install'], { platform: 'linux', selfCommand })).toMatchObject({
    code: 69,
    stderr: expect.stringContaining('npm run build'),
  });
});

test('lines are a number, and a mistyped verb is told its neighbour', async () => {
  expect(await run(['logs', '--lines', 'many'])).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('Give a whole number from 0 to 100000.'),
  });
  expect(await run(['statsu'])).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('Did you mean status?'),
  });
});
