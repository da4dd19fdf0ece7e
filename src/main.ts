/**
 * The composition root: the only place that reads the real clock, the environment, the signals and
 * the streams. Everything else is handed what it needs.
 */
import { randomBytes } from 'node:crypto';
import { homedir, hostname } from 'node:os';
import { isSea } from 'node:sea';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './base/clock.ts';
import { runCli } from './cli/cli.ts';
import type { OutputStream, Runtime } from './cli/runtime.ts';

const realClock: Clock = {
  epochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch {
      // Aborted: whoever waits looks at the signal.
    }
  },
};

/** Runs one command and sets the exit code. It does not call exit: pending output is let out first. */
export async function main(): Promise<void> {
  // Node calls its main thread `MainThread`, and so would every process list. It also takes the
  // arguments out of the process list, where a password in a URL would stand for all to read.
  process.title = 'system-monitor';
  process.exitCode = await runCli(createRuntime());
}

function createRuntime(): Runtime {
  return {
    arguments: process.argv.slice(2),
    environment: process.env,
    platform: process.platform,
    selfCommand: isSea() ? [process.execPath] : [process.execPath, ...process.argv.slice(1, 2)],
    pid: process.pid,
    userId: process.geteuid?.(),
    // os.homedir() throws for a user without a home, as services may be.
    homeFolder: homeFolderOrRoot(),
    hostName: hostname(),
    clock: realClock,
    random: () => Math.random(),
    randomBytes: (size) => randomBytes(size),
    stdin: { isTerminal: process.stdin.isTTY === true },
    stdout: createOutput(process.stdout),
    stderr: createOutput(process.stderr),
    onSignal: (signal, listener) => {
      process.on(signal, listener);
      return () => process.off(signal, listener);
    },
    usage: () => {
      const { user, system } = process.cpuUsage();
      return { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
    },
  };
}

function homeFolderOrRoot(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

function createOutput(stream: NodeJS.WriteStream): OutputStream {
  // `system-monitor processes | head -1`: the reader has what it wanted, and that is no error of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    write: (text) => new Promise((resolve) => stream.write(text, () => resolve())),
    isTerminal: stream.isTTY === true,
    columns: () => stream.columns,
  };
}
