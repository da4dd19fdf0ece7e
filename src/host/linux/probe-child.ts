/** One child process that asks one mount for its figures, and that nobody has to wait for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { systemErrorCode } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { type FileSystemBlocks, parseBlocks } from './statfs.ts';

/** `blocks` is undefined when the mount answered with an error. `ended`: by us. */
export type ProbeOutcome = { readonly blocks: FileSystemBlocks | undefined } | 'ended';

export interface Probe {
  /** Never rejects. It may stay open for ever. */
  readonly outcome: Promise<ProbeOutcome>;
  /** Kills the child. One in state D takes no signal before its call returns. */
  end(): void;
}

export interface ProbeStarter {
  start(path: string): Probe;
  /** Children that have not ended yet. */
  waiting(): number;
}

/** coreutils, busybox and uutils have it: fundamental block size, blocks, free, available. */
export const statCommands: readonly (readonly string[])[] = [
  '/usr/bin/stat',
  '/bin/stat',
  '/run/current-system/sw/bin/stat',
].map((program) => [program, '-f', '-c', '%S %b %f %a']);

/** Four numbers of at most 20 digits. */
const maxAnswerCharacters = 256;

/** Tries the commands in turn until one can be started, and stays with that one. */
export function createProbeStarter(
  commands: readonly (readonly string[])[],
  logger: Logger,
): ProbeStarter {
  const children = new Set<ChildProcess>();
  let commandIndex = 0;

  async function ask(path: string, started: (child: ChildProcess) => void): Promise<ProbeOutcome> {
    for (;;) {
      const index = commandIndex;
      const command = commands[index];
      if (command === undefined) return { blocks: undefined };
      const outcome = await runOnce(command, path, (child) => {
        children.add(child);
        child.once('close', () => children.delete(child));
        started(child);
      });
      if (outcome !== 'missing') return outcome;
      logger.debug('mount.probe_failed', { program: command[0] });
      commandIndex = Math.max(commandIndex, index + 1);
    }
  }

  return {
    start(path) {
      let child: ChildProcess | undefined;
      const outcome = ask(path, (started) => {
        child = started;
      });
      return { outcome, end: () => void child?.kill('SIGKILL') };
    },
    waiting: () => children.size,
  };
}

function runOnce(
  [program = '', ...args]: readonly string[],
  path: string,
  started: (child: ChildProcess) => void,
): Promise<ProbeOutcome | 'missing'> {
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(program, [...args, path], {
        // The agent's own folder may lie on a dead mount; its environment is nobody's business.
        cwd: '/',
        env: { LC_ALL: 'C' },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    } catch {
      // Out of memory: some errors are thrown, others are told below.
      resolve({ blocks: undefined });
      return;
    }
    let output = '';
    child.on('error', (error) => {
      const code = systemErrorCode(error);
      // Too many processes or open files: later it may work, so the program is not given up.
      resolve(code === 'ENOENT' || code === 'EACCES' ? 'missing' : { blocks: undefined });
    });
    child.on('close', (exitCode, signal) => {
      if (signal !== null) resolve('ended');
      else resolve({ blocks: exitCode === 0 ? parseBlocks(output) : undefined });
    });
    child.stdout?.setEncoding('latin1').on('data', (piece: string) => {
      if (output.length < maxAnswerCharacters) output += piece;
    });
    // Whoever waits has a timer of its own: a forgotten probe keeps no process alive.
    child.unref();
    if (child.stdout instanceof Socket) child.stdout.unref();
    started(child);
  });
}
