/**
 * The CPU time of each collector and of a whole sample, at growing numbers of processes, beside
 * psutil and beside a C program that makes the same calls for the list of processes.
 *
 *   node scripts/bench/collectors.ts [sizes, such as 100,2000,10000,20000]
 *
 * MANY_PROCESSES names the program that starts that many (`many-processes N`); without it the
 * machine's own processes are read. Machines are noisy: each figure is the median of five rounds in
 * which all take turns, and what counts is the ratio.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { partNames } from '../../src/collectors/index.ts';

const rounds = 5;
const python = '/usr/bin/python3';
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const peer = join(folder, 'processes-peer');

interface Figures {
  readonly cpuUs: number;
  readonly stallMs?: number;
}

function run(program: string, args: readonly string[]): Figures {
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' }));
}

const beside = (file: string): string => join(import.meta.dirname, 'programs', file);

function contenders(part: string, samples: number): Record<string, () => Figures> {
  return {
    ours: () =>
      run(process.execPath, [
        '--disable-warning=ExperimentalWarning',
        beside('our-collectors.ts'),
        part,
        String(samples),
      ]),
    ...(existsSync('/usr/lib/python3/dist-packages/psutil')
      ? {
          psutil: () =>
            run(python, [beside('psutil-peer.py'), part, String(Math.ceil(samples / 5))]),
        }
      : {}),
    ...(part === 'processes' ? { c: () => run(peer, [String(samples)]) } : {}),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function compare(part: string, processes: number): void {
  const many = Math.max(3, Math.min(200, Math.round(40_000 / processes)));
  const samples = part === 'cpu' || part === 'whole' ? Math.min(many, 10) : many;
  const measured = new Map<string, Figures[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measure] of Object.entries(contenders(part, samples))) {
      measured.set(name, [...(measured.get(name) ?? []), measure()]);
    }
  }
  const cpuUs = (name: string): number =>
    median((measured.get(name) ?? []).map((figures) => figures.cpuUs));
  const stallMs = Math.max(...(measured.get('ours') ?? []).map(({ stallMs = 0 }) => stallMs));
  const ratio = (name: string): string =>
    measured.has(name) ? (cpuUs('ours') / cpuUs(name)).toFixed(2) : '–';
  const perProcess = (cpuUs('ours') / processes).toFixed(1);
  console.log(
    [
      String(processes).padStart(7),
      part.padEnd(9),
      `${(cpuUs('ours') / 1000).toFixed(2)} ms`.padStart(11),
      (part === 'processes' ? `${perProcess} µs` : '').padStart(9),
      ratio('psutil').padStart(9),
      ratio('c').padStart(6),
      `${stallMs.toFixed(1)} ms`.padStart(9),
    ].join('  '),
  );
}

const countProcesses = (): number =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;

/** Runs `body` while there are about `size` processes. */
async function withProcesses(size: number, body: () => void): Promise<void> {
  const program = process.env.MANY_PROCESSES;
  const missing = size - countProcesses();
  if (program === undefined || missing <= 0) return body();
  const child = spawn(program, [String(missing)], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface(child.stdout)) if (line.startsWith('ready')) break;
    body();
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('close', resolve));
  }
}

try {
  execFileSync('cc', ['-O2', '-o', peer, beside('processes-peer.c')]);
  const sizes =
    process.env.MANY_PROCESSES === undefined
      ? [countProcesses()]
      : (process.argv[2] ?? '100,2000,10000,20000').split(',').map(Number);
  console.log('processes  part       CPU/sample  /process  × psutil   × C  longest stall');
  for (const size of sizes) {
    await withProcesses(size, () => {
      const processes = countProcesses();
      const parts = size === sizes[0] ? [...partNames, 'whole'] : ['processes', 'whole'];
      for (const part of parts) compare(part, processes);
    });
  }
} finally {
  rmSync(folder, { recursive: true });
}
