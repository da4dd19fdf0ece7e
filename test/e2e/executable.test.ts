import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from '@jest/globals';
import { builtExecutable, executable, runProgram } from '../support/program.ts';
import { onPlatform, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const built = [builtExecutable()];

testWith(built, 'NODE_OPTIONS neither runs code in it nor changes what it prints', async () => {
  const folder = temporaryFolder();
  const injected = join(folder, 'injected.cjs');
  writeFileSync(injected, `require('node:fs').writeFileSync('injected', ''); console.log('!');`);
  const ended = await runProgram(['--version'], {
    folder,
    environment: { NODE_OPTIONS: `--require ${injected} --no-such-option` },
  });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^\d+\.\d+\.\d+/);
  expect(readdirSync(folder)).toEqual(['injected.cjs']);
});

testWith(built, 'V8 takes every code cache that the build has made', async () => {
  const words = ['--version', '--verbose'];
  const { stdout, stderr } = await runProgram(words, { folder: temporaryFolder() });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^code cache +used$/m);
});

testWith(built, "Node's own flags are words of the command line, not flags", async () => {
  const ended = await runProgram(['--eval', 'console.log(1)'], { folder: temporaryFolder() });
  expect(ended).toMatchObject({ code: 64, stdout: '' });
});

testWith(built, 'it is one file: a copy in an empty folder does the same', async () => {
  const folder = temporaryFolder();
  const copy = join(folder, basename(executable));
  copyFileSync(executable, copy);
  const words = ['--help'];
  const environment = { PATH: '', HOME: folder };
  const stdout = execFileSync(copy, words, { cwd: folder, env: environment, encoding: 'utf8' });
  expect(stdout).toBe((await runProgram(words, { folder, environment })).stdout);
  expect(readdirSync(folder)).toEqual([basename(executable)]);
});

testWith([...built, onPlatform('linux')], 'it needs nothing but the C and C++ libraries', () => {
  const needed = execFileSync('readelf', ['-d', executable], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /\(NEEDED\).*\[(.+)\]/.exec(line)?.[1] ?? []);
  const allowed = /^(libc|libm|libdl|libpthread|libstdc\+\+|libgcc_s|ld-linux-[\w-]+)\.so/;
  expect(needed.length).toBeGreaterThan(0);
  expect(needed.filter((name) => !allowed.test(name))).toEqual([]);
});
