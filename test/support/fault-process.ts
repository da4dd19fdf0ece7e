/** Starts fault-agent.ts as a process of its own and keeps account of what it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { FaultAgentOptions } from './fault-agent.ts';

/** Those that the executable runs with (`leanV8` of build/targets.ts). */
export const shippedNodeFlags = ['--v8-pool-size=0', '--max-semi-space-size=1'];

/** Makes one file of the program, so that it starts in little more than bare Node does. */
export async function bundleFaultAgent(folder: string): Promise<string> {
  const outfile = join(folder, 'fault-agent.cjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./fault-agent.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    define: { esbuildDetection: '1' },
    logLevel: 'warning',
  });
  return outfile;
}

interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly code?: string;
}

/** What was said by all processes of one folder, in their order. */
export interface FaultAccount {
  /** Keys of reports that were on disk, by their number. */
  readonly durable: Map<number, string>;
  readonly memory: Map<number, string>;
  readonly logs: LogLine[];
  nextNumber: number;
}

export function createFaultAccount(): FaultAccount {
  return { durable: new Map(), memory: new Map(), logs: [], nextNumber: 0 };
}

export interface FaultProcess {
  readonly child: ChildProcess;
  /** To the agent itself, which may run under another program (`prefix`). */
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has opened its spool. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended and all that it said is in the account. */
  readonly ended: Promise<number | null>;
  /** What it wrote to stderr. */
  complaint(): string;
  /** Resolves when `isReached` is true after one more line; rejects after the deadline. */
  until(isReached: () => boolean, what: string, deadlineMs?: number): Promise<void>;
}

export interface FaultProcessOptions {
  readonly bundle: string;
  readonly agent: Omit<FaultAgentOptions, 'firstNumber'>;
  readonly account: FaultAccount;
  /** Program and words before Node: `['faketime', '-1d']`. */
  readonly prefix?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly nodeFlags?: readonly string[];
}

export function startFaultProcess(options: FaultProcessOptions): FaultProcess {
  const { account, prefix = [], env = {}, nodeFlags = [] } = options;
  // A killed process may have taken numbers that it did not live to tell; none is given twice.
  const firstNumber = account.nextNumber + 1000;
  account.nextNumber = firstNumber;
  const agent: FaultAgentOptions = { ...options.agent, firstNumber };
  const [program = process.execPath, ...words] = [
    ...prefix,
    process.execPath,
    ...nodeFlags,
    options.bundle,
    JSON.stringify(agent),
  ];
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const complaints: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const listeners = new Set<() => void>();
  let agentPid: number | undefined;
  let setReady = () => {};
  const ready = new Promise<void>((resolve) => {
    setReady = resolve;
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    note(account, line);
    if (line.startsWith('ready')) {
      agentPid = Number(line.split(' ')[1]);
      setReady();
    }
    for (const listener of listeners) listener();
  });
  const ended = new Promise<number | null>((resolve) => {
    let code: number | null = null;
    let open = 2;
    const close = () => {
      open -= 1;
      if (open === 0) resolve(code);
    };
    child.on('exit', (exitCode) => {
      code = exitCode;
      close();
    });
    lines.on('close', close);
  });
  function signal(name: NodeJS.Signals): void {
    if (child.exitCode !== null || child.signalCode !== null) return;
    try {
      if (agentPid === undefined) child.kill(name);
      else process.kill(agentPid, name);
    } catch {
      // The agent has ended, and the program that it ran under has not yet.
    }
  }

  return {
    child,
    signal,
    ready,
    ended,
    complaint: () => complaints.join(''),
    until: (isReached, what, deadlineMs = 60_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => done(new Error(`not within ${deadlineMs} ms: ${what}`)),
          deadlineMs,
        );
        const look = () => {
          if (isReached()) done();
        };
        function done(error?: Error): void {
          clearTimeout(timer);
          listeners.delete(look);
          if (error === undefined) resolve();
          else reject(error);
        }
        listeners.add(look);
        look();
      }),
  };
}

function note(account: FaultAccount, line: string): void {
  const [word, key, number] = line.split(' ');
  if (word === 'log') account.logs.push(JSON.parse(line.slice(4)));
  if ((word !== 'durable' && word !== 'memory') || key === undefined) return;
  account[word].set(Number(number), key);
  account.nextNumber = Math.max(account.nextNumber, Number(number) + 1);
}

/** Private dirty memory of a process, kB, and its open descriptors (Linux). */
export function footprintOf(pid: number): { privateDirtyKb: number; descriptors: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const privateDirtyKb = Number(/^Private_Dirty:\s+(\d+)/m.exec(rollup)?.[1]);
  return { privateDirtyKb, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}
