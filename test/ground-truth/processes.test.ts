/** Our processes beside psutil's, with processes made for the test among them. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { createLinuxProcessesCollector } from '../../src/collectors/processes/linux.ts';
import { type ProcessStats, processStatsSchema } from '../../src/wire/stats.ts';
import { collectorContext } from '../support/collector-context.ts';
import { asRoot, onPlatform, testWith, withFile } from '../support/requirement.ts';

const python = '/usr/bin/python3';
const psutilFolder = '/usr/lib/python3/dist-packages/psutil';
const requirements = [onPlatform('linux'), withFile(python), withFile(psutilFolder)];
const met = [...requirements, asRoot()].every((requirement) => requirement.met);
const programs = join(import.meta.dirname, 'programs');

let folder: string;
let oddPids: Readonly<Record<string, number>> = {};
let stopOdd: () => Promise<void> = async () => {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'odd-'));
  if (!met) return;
  const child = spawn(python, [join(programs, 'odd-processes.py'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  stopOdd = async () => {
    child.stdin.end();
    await closed;
  };
  for await (const line of createInterface(child.stdout)) {
    oddPids = JSON.parse(line);
    break;
  }
});
afterAll(async () => {
  await stopOdd();
  rmSync(folder, { recursive: true });
});

const collector = createLinuxProcessesCollector(collectorContext());

async function ours(): Promise<Map<number, ProcessStats>> {
  const processes = processStatsSchema.array().parse(await collector.collect());
  return new Map(processes.map((one) => [one.pid, one]));
}

/**
 * The one named difference: where the kernel cut a letter in its middle, psutil shows the half that
 * is left, because half a letter, decoded, is no start of the whole name. Compared as bytes it is.
 */
const cutLetter = 'utf-8, cut inside a letter';

/** A kernel worker adds what it works on just now, and that changes within microseconds. */
function withoutWork(one: ProcessStats | undefined): ProcessStats | undefined {
  return one === undefined
    ? one
    : { ...one, name: one.name.replace(/^(kworker\/\S+?)[-+].*$/, '$1') };
}

function psutils(): Map<number, ProcessStats> {
  const output = execFileSync(python, [join(programs, 'psutil-processes.py')], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const rows: [number, string, string][] = JSON.parse(output);
  return new Map(rows.map(([pid, name, username]) => [pid, { pid, name, username }]));
}

testWith(
  [...requirements, asRoot()],
  'odd processes have the name and the user that psutil gives',
  async () => {
    const theirs = psutils();
    const mine = await ours();
    const pairs = Object.entries(oddPids);
    expect(pairs).toHaveLength(18);
    expect(mine.get(oddPids[cutLetter] ?? 0)?.name).toBe('fourteen-charsé');
    expect(theirs.get(oddPids[cutLetter] ?? 0)?.name).toBe('fourteen-chars\ufffd');
    for (const [label, pid] of pairs) {
      if (label === cutLetter) continue;
      expect({ label, ...mine.get(pid) }).toEqual({ label, ...theirs.get(pid) });
    }
  },
);

testWith(
  requirements,
  'every process that lives through three samples is what psutil says it is',
  async () => {
    const before = await ours();
    const theirs = psutils();
    const after = await ours();
    const lasting = [...theirs.keys()].filter((pid) => before.has(pid) && after.has(pid));
    expect(lasting.length).toBeGreaterThan(10);
    for (const pid of lasting) {
      if (pid === oddPids[cutLetter]) continue;
      // A process that execs meanwhile may be seen under either name.
      const seen = [before.get(pid), after.get(pid)].map(withoutWork);
      expect(seen).toContainEqual(withoutWork(theirs.get(pid)));
    }
    // Nothing is missing that was there before and after, and nothing is there twice.
    const born = [...before.keys()].filter((pid) => after.has(pid) && !theirs.has(pid));
    expect(born).toEqual([]);
  },
);

testWith([onPlatform('linux')], 'the list is sorted by pid and agrees with ps', async () => {
  const before = await ours();
  const output = execFileSync('ps', ['-e', '-o', 'pid=,ruid='], { encoding: 'utf8' });
  const after = await ours();
  expect([...after.keys()]).toEqual([...after.keys()].sort((one, other) => one - other));
  const pids = output
    .trim()
    .split('\n')
    .map((line) => Number(line.trim().split(/\s+/)[0]));
  const stable = [...before.keys()].filter((pid) => after.has(pid));
  expect(stable.filter((pid) => !pids.includes(pid))).toEqual([]);
});
