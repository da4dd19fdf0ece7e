/** `processes` as people ask for it: sorted, limited, with CPU use and memory, and never sent so. */
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { runCli } from '../../../src/cli/cli.ts';
import { createRuntime } from '../../../src/main.ts';
import { processStatsSchema } from '../../../src/wire/stats.ts';
import { onPlatform, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function run(words: readonly string[], isTerminal = false) {
  const said = { stdout: '', stderr: '' };
  const streamOf = (name: keyof typeof said) => ({
    isTerminal,
    columns: () => 200,
    write: async (text: string) => {
      said[name] += text;
    },
  });
  const folder = temporaryFolder();
  const exitCode = await runCli({
    ...createRuntime(),
    arguments: [...words, '--config', `${folder}/config.json`, '--state-dir', folder],
    environment: {},
    stdout: streamOf('stdout'),
    stderr: streamOf('stderr'),
  });
  return { exitCode, ...said };
}

const sent = z.array(processStatsSchema);
const wide = z.array(
  processStatsSchema.extend({
    cpu_percent: z.number().min(0).optional(),
    rss_bytes: z.int().min(0).optional(),
  }),
);

const onLinux = [onPlatform('linux')];

testWith(onLinux, 'JSON has the contract alone, sorted by memory and limited too', async () => {
  expect(sent.parse(JSON.parse((await run(['processes'])).stdout)).length).toBeGreaterThan(1);
  const { stdout } = await run(['processes', '--sort', 'memory', '--limit', '2']);
  expect(sent.parse(JSON.parse(stdout))).toHaveLength(2);
});

testWith(onLinux, 'wide JSON has CPU use and memory, the largest first', async () => {
  const { stdout } = await run(['processes', '--json', '--wide', '--sort', 'memory']);
  const sizes = wide.parse(JSON.parse(stdout)).map(({ rss_bytes: bytes = -1 }) => bytes);
  expect(sizes[0]).toBeGreaterThan(1_000_000);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
});

testWith(
  onLinux,
  'at a terminal there are columns of both, and the footer says how many of how many',
  async () => {
    const { stdout } = await run(['processes', '--sort', 'cpu', '--limit', '1'], true);
    expect(stdout).toMatch(
      /^ *PID {2}USER.* {2}CPU +MEMORY {2}NAME\n.*\d %.*\n1 of \d+ processes\n$/,
    );
  },
);

testWith(onLinux, 'stats read nothing of it, in whatever form', async () => {
  expect((await run(['stats'], true)).stdout).toMatch(/\n *PID {2}USER +NAME\n/);
  const { processes } = JSON.parse((await run(['stats', '--wide'])).stdout);
  expect(sent.safeParse(processes).success).toBe(true);
});

testWith(onLinux, 'with names alone, or their number, the same flags hold', async () => {
  const names = await run(['processes', '--detail', 'names', '--sort', 'cpu', '--limit', '3']);
  expect(Object.keys(JSON.parse(names.stdout)[0])).toEqual(['pid', 'name']);
  const count = await run(['processes', '--detail', 'count', '--sort', 'cpu', '--limit', '3']);
  expect(JSON.parse(count.stdout)).toEqual({ count: expect.any(Number) });
});

test.each([
  [['processes', '--limit', '0'], /--limit 0: it takes a whole number, from 1/],
  [['processes', '--limit', '1.5'], /--limit 1\.5: it takes a whole number, from 1/],
  [['processes', '--limit', 'ten'], /--limit ten: it takes a whole number, from 1/],
  [['processes', '--sort', 'size'], /Allowed choices are cpu, memory, name, pid/],
  [['disks', '--sort', 'name'], /unknown option '--sort'/],
])('%j is a mistake that is explained', async (words, message) => {
  const { exitCode, stdout, stderr } = await run(words);
  expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
  expect(stderr).toMatch(message);
});
