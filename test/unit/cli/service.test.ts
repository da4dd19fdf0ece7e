import { expect, test } from '@jest/globals';
import type { Runtime } from '../../../src/base/runtime.ts';
import { runWords } from '../../support/run-cli.ts';

/** What happens on a real service manager is in test/e2e/systemd.test.ts. */
const run = (words: readonly string[], changes: Partial<Runtime> = {}) =>
  runWords(['service', ...words], { platform: 'freebsd', ...changes });

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
