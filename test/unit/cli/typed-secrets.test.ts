/** A secret that was typed is taken, and whoever typed it learns of a better place. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type CliEnd, runWords } from '../../support/run-cli.ts';
import { startReceiver } from '../../support/scripted-receiver.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function run(folder: string, ...words: readonly string[]): Promise<CliEnd> {
  const places = ['--config', join(folder, 'config.json'), '--state-dir', join(folder, 'state')];
  return runWords([...words, ...places]);
}

test.each([
  ['--url', 'http://127.0.0.1:1/?key=S3CRET'],
  ['--url', 'http://S3CRET@127.0.0.1:1/'],
  ['--proxy', 'http://ann:S3CRET@127.0.0.1:1/'],
  ['--headers', '{"X-Key": "S3CRET"}'],
])('background %s %s', async (flag, value) => {
  const folder = temporaryFolder();
  const log = join(folder, 'log');
  const { code, stderr } = await run(
    folder,
    'background',
    '--once',
    flag,
    value,
    '--log-file',
    log,
  );
  expect(code).toBe(75);
  expect(stderr).toContain(`Warning: ${flag} contains a secret.`);
  expect(stderr).toContain(`put it in ${join(folder, 'config.json')}, or in the environment`);
  expect(stderr).toContain(`SYSTEM_MONITOR_${flag.slice(2).toUpperCase()}.`);
  expect(stderr + readFileSync(log, 'utf8')).not.toContain('S3CRET');
});

test('flags without a secret are no matter', async () => {
  const folder = temporaryFolder();
  const words = ['--url', 'http://127.0.0.1:1/a@b', '--headers', '{}', '--proxy', 'none'];
  const log = ['--log-file', join(folder, 'log')];
  expect((await run(folder, 'background', '--once', ...words, ...log)).stderr).toBe('');
});

test('config set saves it, and points to the prompt', async () => {
  const folder = temporaryFolder();
  const { code, stderr } = await run(folder, 'config', 'set', 'url', 'http://ann:S3CRET@h/');
  expect(code).toBe(0);
  expect(stderr).toMatch(/Warning: this command line contains a secret\..*system-monitor config\n/);
  expect(stderr).not.toContain('S3CRET');
  expect(readFileSync(join(folder, 'config.json'), 'utf8')).toContain('ann:S3CRET@h');
  expect((await run(folder, 'config', 'set', 'url', 'http://h/')).stderr).not.toContain('Warning');
});

test('check --conformance names its own flag', async () => {
  const receiver = await startReceiver();
  const url = receiver.url.replace('://', '://ann:S3CRET@');
  const { stdout, stderr } = await run(temporaryFolder(), 'check', '--conformance', url);
  await receiver.stop();
  expect(stderr).toContain('Warning: --conformance contains a secret.');
  expect(stdout + stderr).not.toContain('S3CRET');
});

test('a mistyped flag is not quoted with its secret', async () => {
  const words = ['background', '--urll=http://ann:S3@CRET@h/'];
  const { code, stderr } = await run(temporaryFolder(), ...words);
  expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining('--urll') });
  expect(stderr).not.toContain('CRET');
});
