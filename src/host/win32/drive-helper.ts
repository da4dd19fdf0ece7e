/**
 * A child process that asks drives for us, one after the other: it alone waits for a drive that hangs.
 * Both ends of the conversation stand here:
 *
 *   us `E:\` ─▶ helper: readDrive ─▶ `{"root": "E:\\", …}` or `null` where there is nothing to be read
 *
 * It begins with `ready`, and ends when its input does.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readSync } from 'node:fs';
import { Socket } from 'node:net';
import { errorMessage, MonitorError } from '../../base/errors.ts';
import { parseExact } from '../../base/exact.ts';
import { loadVolumeCalls, readDrive, type Volume, type VolumeCalls } from './volumes.ts';

/** `ended`: the helper did, before it answered. */
export type DriveAnswer = { readonly volume: Volume | undefined } | 'ended';

export interface DriveHelper {
  /** Rejects with NOT_AVAILABLE where it cannot be started. It may stay open for ever. */
  readonly ready: Promise<void>;
  /** Never rejects. It may stay open for ever. */
  ask(root: string): Promise<DriveAnswer>;
  /** Lets it end by itself when it has answered; `now` ends it at once, if that is possible. */
  end(how?: 'now'): void;
}

const readyLine = 'ready';
/** A path of Windows has 32 767 characters at most; no answer is as long. */
const lineCharactersMax = 131_072;

export function startDriveHelper([program = '', ...args]: readonly string[]): DriveHelper {
  const child = spawn(program, args, {
    // The environment is nobody's business; libuv adds what Windows programs need.
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  let failure = 'it ended';
  const waiting: ((line: string | undefined) => void)[] = [];
  const nextLine = (): Promise<string | undefined> =>
    new Promise((resolve) => {
      if (child.exitCode === null && child.signalCode === null) waiting.push(resolve);
      else resolve(undefined);
    });
  const ready = nextLine().then((line) => {
    if (line !== readyLine) throw notStarted(failure);
  });
  ready.catch(() => {
    // Whoever asks is told; nobody may have asked yet.
  });
  child.on('error', (error) => {
    failure = errorMessage(error);
    giveUp();
  });
  child.on('close', giveUp);
  function giveUp(): void {
    for (const resolve of waiting.splice(0)) resolve(undefined);
  }
  child.stdin.on('error', () => {
    // It has ended, which `close` tells.
  });
  readLines(child, (line) => waiting.shift()?.(line));
  // Whoever waits has a timer of its own: a helper that is stuck keeps no process alive.
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref();

  return {
    ready,
    async ask(root) {
      const line = nextLine();
      child.stdin.write(`${root}\n`);
      const text = await line;
      return text === undefined ? 'ended' : { volume: parseVolume(text) };
    },
    end: (how) => {
      child.stdin.end();
      if (how === 'now') child.kill('SIGKILL');
    },
  };
}

function notStarted(reason: string): MonitorError {
  return new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: 'start a helper for drives',
    reason,
  });
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    const lines = `${text}${piece}`.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) onLine(line.trimEnd());
    if (text.length > lineCharactersMax) child.kill('SIGKILL');
  });
}

/** What is no volume is as good as nothing to be read. */
export function parseVolume(line: string): Volume | undefined {
  try {
    const { root, fileSystem, totalBytes, freeBytes } = Object(JSON.parse(line));
    if (typeof root !== 'string' || typeof fileSystem !== 'string') return undefined;
    const [total, free] = [totalBytes, freeBytes].map((bytes) => parseExact(String(bytes)));
    if (total === undefined || free === undefined) return undefined;
    return { root, fileSystem, totalBytes: total, freeBytes: free };
  } catch {
    return undefined;
  }
}

/** The helper's side: answers until its input ends. Throws NOT_AVAILABLE where Windows cannot be asked. */
export async function serveDrives(write: (text: string) => Promise<void>): Promise<void> {
  const calls = await loadVolumeCalls();
  await write(`${readyLine}\n`);
  const piece = Buffer.alloc(65_536);
  let text = '';
  for (;;) {
    const length = readStandardInput(piece);
    if (length === 0) return;
    const lines = `${text}${piece.toString('utf8', 0, length)}`.split('\n');
    text = lines.pop() ?? '';
    for (const root of lines) await write(formatVolume(readOrNull(calls, root)));
  }
}

/** The line that `parseVolume` reads: beyond 2^53 a JSON number would lose digits, a text does not. */
export function formatVolume(volume: Volume | null): string {
  const inText = (_key: string, value: unknown): unknown =>
    typeof value === 'bigint' ? String(value) : value;
  return `${JSON.stringify(volume, inText)}\n`;
}

function readOrNull(calls: VolumeCalls, root: string): Volume | null {
  try {
    return readDrive(calls, root) ?? null;
  } catch {
    return null;
  }
}

/** Bytes read, 0 at the end. A pipe of Windows that is closed is told as an error. */
function readStandardInput(piece: Buffer): number {
  try {
    return readSync(0, piece);
  } catch {
    return 0;
  }
}
