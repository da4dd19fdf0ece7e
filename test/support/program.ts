/** The built executable, run as a user runs it: its own folder, its own configuration, no PATH. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Requirement } from './requirement.ts';

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** SYSTEM_MONITOR_EXECUTABLE, or what `npm run build` leaves. */
export const executable =
  process.env.SYSTEM_MONITOR_EXECUTABLE ??
  join(projectRoot, 'dist', process.platform === 'win32' ? 'system-monitor.exe' : 'system-monitor');

export function builtExecutable(): Requirement {
  return { met: existsSync(executable), reason: `${executable} is not there: npm run build` };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it has written so far. */
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
}

export interface ProgramOptions {
  /** Holds configuration, state, and is the current folder. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const longestRunMs = 120_000;

/** Starts the executable with an environment of nothing but what the test gives. */
export function startProgram(words: readonly string[], options: ProgramOptions): RunningProgram {
  const child = spawn(executable, words, {
    cwd: options.folder,
    env: {
      SYSTEM_MONITOR_CONFIG: join(options.folder, 'config.json'),
      SYSTEM_MONITOR_STATE_DIR: join(options.folder, 'state'),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longestRunMs,
    killSignal: 'SIGKILL',
  });
  const output = collectOutput(child);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code, signal, stdout: output.stdout, stderr: output.stderr }),
    );
  });
  return {
    pid: child.pid ?? 0,
    ended,
    stderr: () => output.stderr,
    kill: (signal) => child.kill(signal),
  };
}

export async function runProgram(
  words: readonly string[],
  options: ProgramOptions,
): Promise<Ended> {
  return await startProgram(words, options).ended;
}

/** Whether a process of that id is there. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until `condition` holds; fails with what it waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const startedMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedMs > limitMs) throw new Error(`waited in vain: ${what}`);
    await delay(20);
  }
}

export function savedSystemId(folder: string): string {
  const settings: unknown = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const id: unknown = Reflect.get(Object(settings), 'system_id');
  if (typeof id !== 'string') throw new TypeError('the configuration has no system_id');
  return id;
}

/** How many reports of a program's spool wait to be sent. */
export function waitingReports(folder: string): number {
  try {
    return readdirSync(join(folder, 'state', 'spool', 'pending')).filter((name) =>
      name.endsWith('.report'),
    ).length;
  } catch {
    return 0;
  }
}

function collectOutput(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return output;
}
