/** kill -9 at random moments on the real executable, with its collectors, settings and log. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { accept, createLedgerReceiver, type Misbehaviour } from './ledger-receiver.ts';

export interface ExecutableTortureOptions {
  /** Program and first words: `['dist/system-monitor']`. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly kills: number;
}

export interface ExecutableTortureResult {
  /** Reports that were seen on disk after a kill. */
  readonly durable: number;
  readonly stored: number;
  readonly duplicates: number;
  /** Keys that were seen on disk and never arrived: must be none. */
  readonly lost: readonly string[];
  /** Seconds of which two reports arrived: a receiver would take them for one. Must be none. */
  readonly doubled: readonly number[];
  /** Of the last run, which sends what is left: 0. */
  readonly lastExitCode: number | null;
  readonly lastLog: string;
}

const misbehaviours: readonly Misbehaviour[] = [
  { kind: 'store-and-reset' },
  { kind: 'answer', status: 503 },
  { kind: 'reset-mid-answer' },
  { kind: 'silent' },
];
/** Long enough to start, to wait for a second of its own, to collect, to spool and to send. */
const longestLifeMs = 2500;

export async function runExecutableTorture(
  options: ExecutableTortureOptions,
): Promise<ExecutableTortureResult> {
  const [program = '', ...words] = options.command;
  const receiver = await createLedgerReceiver();
  const env = {
    PATH: '',
    HOME: options.folder,
    SYSTEM_MONITOR_CONFIG: join(options.folder, 'config.json'),
    SYSTEM_MONITOR_STATE_DIR: join(options.folder, 'state'),
    SYSTEM_MONITOR_URL: receiver.url,
    SYSTEM_MONITOR_INTERVAL: '1',
  };
  const pending = join(options.folder, 'state', 'spool', 'pending');
  const durable = new Set<string>();
  try {
    for (let kill = 0; kill < options.kills; kill += 1) {
      receiver.behave(() =>
        Math.random() < 0.5
          ? accept
          : (misbehaviours[Math.floor(Math.random() * misbehaviours.length)] ?? accept),
      );
      const child = spawn(program, [...words, 'background'], { env, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('exit', resolve));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * longestLifeMs));
      child.kill('SIGKILL');
      await ended;
      for (const key of keysIn(pending)) durable.add(key);
    }
    receiver.behave(() => accept);
    const last = await runToItsEnd(program, [...words, 'background', '--once'], env);
    const { storedKeys, keysByNumber, duplicates } = receiver;
    return {
      durable: durable.size,
      stored: storedKeys.size,
      duplicates,
      lost: [...durable].filter((key) => !storedKeys.has(key)),
      doubled: [...keysByNumber].filter(([, keys]) => keys.size > 1).map(([epoch]) => epoch),
      lastExitCode: last.code,
      lastLog: last.stderr,
    };
  } finally {
    await receiver.stop();
  }
}

function keysIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.report'));
    return names.map((name) => name.replace('.report', ''));
  } catch {
    // Killed before its first report.
    return [];
  }
}

function runToItsEnd(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('close', (code) => resolve({ code, stderr }));
  });
}
