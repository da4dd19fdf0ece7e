/** One child process that asks one mount for its figures, and that nobody has to wait for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { errorMessage, systemErrorCode } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { type FileSystemBlocks, parseBlocks } from './statfs.ts';

/** Its figures, or why it gives none, as a clause. */
export type MountAnswer = { readonly blocks: FileSystemBlocks } | { readonly reason: string };

/** `ended`: by us. */
export type ProbeOutcome = MountAnswer | 'ended';

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

/** Four numbers of at most 20 digits; or a line that says why not, with a path in it. */
const maxAnswerCharacters = 256;
const maxComplaintCharacters = 8192;

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
      if (command === undefined) return { reason: 'no program that asks it can be started' };
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
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      // Out of memory: some errors are thrown, others are told below.
      resolve({ reason: errorMessage(error) });
      return;
    }
    let output = '';
    let complaint = '';
    child.on('error', (error) => {
      const code = systemErrorCode(error);
      // Too many processes or open files: later it may work, so the program is not given up.
      resolve(code === 'ENOENT' || code === 'EACCES' ? 'missing' : { reason: error.message });
    });
    child.on('close', (exitCode, signal) => {
      const blocks = exitCode === 0 ? parseBlocks(output) : undefined;
      if (signal !== null) resolve('ended');
      else resolve(blocks === undefined ? { reason: reasonOf(complaint) } : { blocks });
    });
    child.stdout?.setEncoding('latin1').on('data', (piece: string) => {
      if (output.length < maxAnswerCharacters) output += piece;
    });
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      if (complaint.length < maxComplaintCharacters) complaint += piece;
    });
    // Whoever waits has a timer of its own: a forgotten probe keeps no process alive.
    child.unref();
    for (const pipe of [child.stdout, child.stderr]) if (pipe instanceof Socket) pipe.unref();
    started(child);
  });
}

/** `stat: cannot read file system information for '/mnt/x': Permission denied`: what the system said. */
function reasonOf(complaint: string): string {
  const [line = ''] = complaint.trim().split('\n');
  const reason = line.slice(line.lastIndexOf(': ') + 1).trim();
  return reason === '' ? 'it answers with an error' : reason;
}
