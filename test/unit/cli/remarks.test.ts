/** What is left out of a one-shot's figures is said beside them, and once. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { onPlatform, testWith } from '../../support/requirement.ts';
import { runWords } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function odd(meminfo: string): string {
  const root = temporaryFolder();
  mkdirSync(join(root, 'proc'));
  writeFileSync(join(root, 'proc/meminfo'), meminfo);
  writeFileSync(join(root, 'proc/stat'), 'cpu  0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0\n');
  return root;
}

const linux = [onPlatform('linux')];
const wrapped =
  'MemTotal: 1000 kB\nMemFree: 400 kB\nCached: 100 kB\nMemAvailable: 18446744073709551612 kB\n';

testWith(
  linux,
  'a corrected figure is said on standard error, and the answer is the answer',
  async () => {
    const { code, stdout, stderr } = await runWords(['memory', '--host-root', odd(wrapped)]);
    expect(code).toBe(0);
    // As kernels before 3.14, which tell none: free + cached where nothing else is told.
    expect(JSON.parse(stdout)).toMatchObject({ total: 1_024_000, available: 512_000 });
    expect(stderr).toBe(
      'system-monitor: memory.available was corrected: what the kernel tells is no size that a machine has.\n',
    );
  },
);

testWith(linux, 'so are a CPU that counts nothing and a frequency that nobody tells', async () => {
  const { stdout, stderr } = await runWords(['cpu', '--host-root', odd(wrapped)]);
  expect(JSON.parse(stdout)).toEqual({ count: 1, percent_used: 0 });
  expect(stderr.split('\n')).toEqual([
    'system-monitor: cpu.percent_used was corrected: the kernel counts no CPU time.',
    'system-monitor: cpu.frequency is left out: the system does not tell it.',
    '',
  ]);
});

testWith(linux, 'where there is nothing to say, nothing is said', async () => {
  const plain = 'MemTotal: 1000 kB\nMemFree: 400 kB\nMemAvailable: 500 kB\n';
  expect((await runWords(['memory', '--host-root', odd(plain)])).stderr).toBe('');
});
