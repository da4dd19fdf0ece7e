/**
 * The composition root: the only place that reads the real clock, the environment, the signals, the
 * streams and the disk. Everything else is handed what it needs.
 *
 * Most of what it makes is not used by any one command, and node:crypto, node:os, node:tty and the
 * streams together take a quarter of a start: each is loaded when it is first asked for.
 */
import { fstatSync, writeSync } from 'node:fs';
import { isSea } from 'node:sea';
import type { Clock } from './base/clock.ts';
import type { Disk } from './base/disk.ts';
import { systemErrorCode, wrapWriteError } from './base/errors.ts';
import { exitCodes } from './base/exit-codes.ts';
import type { OutputStream, Runtime } from './base/runtime.ts';
import { explainError, runCli } from './cli/cli.ts';
import { createNodeDisk } from './host/node-disk.ts';

const realDisk: Disk = createNodeDisk({
  userId: process.geteuid?.(),
  sqlite: () => process.getBuiltinModule('node:sqlite'),
});

const realClock: Clock = {
  epochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep,
};

/** Beyond it, and below zero, setTimeout waits for a millisecond and complains on standard error. */
const timerMaxMs = 2 ** 31 - 1;

/**
 * Not that of timers/promises: it answers an abort with an exception, whose stack trace costs more
 * than the wait; and most waits here are deadlines that are called off.
 */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(Math.max(ms, 0), timerMaxMs));
    signal?.addEventListener('abort', end);
  });
}

/** How long what a command left behind (a socket, a child) may hold the process open after it. */
const lingerMs = 250;

/** Runs one command and ends with its exit code. All its output is out by then. */
export async function main(): Promise<void> {
  // Node calls its main thread `MainThread`, and so would every process list. It also takes the
  // arguments out of the process list, where a password in a URL would stand for all to read.
  process.title = 'system-monitor';
  const runtime = createRuntime(await diskOfUser());
  let isEnding = false;
  runtime.onUncaught((error) => {
    // Explaining may fail in its turn, over and over: a terminal that is gone takes no text.
    if (isEnding) process.exit(exitCodes.bug);
    isEnding = true;
    void explainError(error, runtime).then((code) => process.exit(code));
  });
  process.exitCode = await runCli(runtime);
  // Ends nothing that ends by itself. A service that has stopped its work and lives on would count
  // as running.
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** Root obeys no lesser user, whose folder it may work in. */
async function diskOfUser(): Promise<Disk> {
  if (realDisk.userId !== 0) return realDisk;
  const { createOwnersDisk } = await import('./host/owners-disk.ts');
  return createOwnersDisk(realDisk, process);
}

/** This process as the program sees it. The build makes the manual page with it. */
export function createRuntime(disk: Disk = realDisk): Runtime {
  return {
    arguments: process.argv.slice(2),
    environment: process.env,
    platform: process.platform,
    selfCommand: isSea() ? [process.execPath] : [process.execPath, ...process.argv.slice(1, 2)],
    nodeVersion: process.versions.node,
    pid: process.pid,
    userId: disk.userId,
    // os.homedir() throws for a user without a home, as services may be.
    get homeFolder() {
      return homeFolderOrRoot();
    },
    get hostName() {
      return process.getBuiltinModule('node:os').hostname();
    },
    clock: realClock,
    disk,
    random: () => Math.random(),
    randomBytes: (size) => process.getBuiltinModule('node:crypto').randomBytes(size),
    stdin: {
      get isTerminal() {
        return isTerminal(0);
      },
      onEscape: (listener) => {
        const heard = (_text: string | undefined, key: { readonly name?: string } | undefined) => {
          if (key?.name === 'escape') listener();
        };
        process.stdin.on('keypress', heard);
        return () => process.stdin.off('keypress', heard);
      },
    },
    stdout: createOutput(1, () => process.stdout, failAnswer),
    stderr: createOutput(2, () => process.stderr, loseMessage),
    onSignal: (signal, listener) => {
      process.on(signal, listener);
      return () => process.off(signal, listener);
    },
    onUncaught: createUncaughtHook(),
    usage: () => {
      const { user, system } = process.cpuUsage();
      return { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
    },
  };
}

function createUncaughtHook(): Runtime['onUncaught'] {
  const listeners: ((error: unknown) => void)[] = [];
  // Rejected promises that nobody looks after come this way as well.
  const tell = (error: unknown) => listeners.at(-1)?.(error);
  return (listener) => {
    if (listeners.length === 0) process.on('uncaughtException', tell);
    listeners.push(listener);
    return () => {
      listeners.splice(listeners.lastIndexOf(listener), 1);
      if (listeners.length === 0) process.off('uncaughtException', tell);
    };
  };
}

function homeFolderOrRoot(): string {
  try {
    return process.getBuiltinModule('node:os').homedir();
  } catch {
    // Packages ask for it as well when they are loaded, and would throw in the middle of a saving.
    process.env.HOME = '/';
    return '/';
  }
}

function isTerminal(descriptor: number): boolean {
  // node:tty loads the network with it: it is asked about devices alone, not about pipes and files.
  if (process.platform !== 'win32' && !isDevice(descriptor)) return false;
  return process.getBuiltinModule('node:tty').isatty(descriptor);
}

/** `onFailure` learns why a text could not be written; what it throws is whoever's who wrote. */
function createOutput(
  descriptor: number,
  makeStream: () => NodeJS.WriteStream,
  onFailure: (error: unknown) => void,
): OutputStream {
  let made: NodeJS.WriteStream | undefined;
  const stream = (): NodeJS.WriteStream => {
    // Each write of ours learns of its own failure; a prompt writes by itself.
    made ??= makeStream().on('error', onFailure);
    return made;
  };
  return {
    async write(text) {
      // Making the stream takes as long as the whole of a one-shot command. A console of Windows
      // needs it all the same, for its letters.
      const isDirect = made === undefined && process.platform !== 'win32';
      try {
        const rest = isDirect ? writeDirectly(descriptor, text) : Buffer.from(text);
        if (rest.length > 0) await writeTo(stream(), rest);
      } catch (error) {
        onFailure(error);
      }
    },
    get isTerminal() {
      return isTerminal(descriptor);
    },
    columns: () => {
      // A terminal of unknown size tells 0.
      const { columns } = stream();
      return columns > 0 ? columns : 80;
    },
  };
}

function failAnswer(error: unknown): never {
  // `system-monitor processes | head -1`: the reader has what it wanted: no error of ours.
  if (systemErrorCode(error) === 'EPIPE') process.exit(exitCodes.ok);
  loseMessage(error);
  throw wrapWriteError('write the answer', error);
}

/** Who has turned away from the messages still wants the work to be done. */
function loseMessage(error: unknown): void {
  // The terminal is gone (termios(3), "Modem disconnect"): nobody is left at all.
  if (systemErrorCode(error) === 'EIO') process.exit(exitCodes.interrupted);
}

function writeTo(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error instanceof Error ? reject(error) : resolve()));
  });
}

/** Writes what the descriptor takes at once, and answers with the rest: a pipe may be full. */
function writeDirectly(descriptor: number, text: string): Uint8Array {
  const bytes = Buffer.from(text);
  let offset = 0;
  try {
    while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset);
  } catch (error) {
    if (systemErrorCode(error) !== 'EAGAIN') throw error;
  }
  return bytes.subarray(offset);
}

function isDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    // Closed by whoever started us.
    return false;
  }
}
