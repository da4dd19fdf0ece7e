/**
 * Starts a program of the system and hands back what it said: with a deadline, a bound on its
 * output, no shell and nothing on its standard input.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { errorMessage, MonitorError, systemErrorCode } from '../base/errors.ts';

export interface CommandRequest {
  /** A path, or a name that is looked up in the runner's folder, or else in its PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** After this long the program is killed and the call fails with TIMEOUT. */
  readonly deadlineMs: number | 'until aborted';
  /** Added to the runner's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More than this on standard output or error kills the program; 1 MiB unless told. */
  readonly maxOutputBytes?: number;
  /** Ends the program; the call then fails with CANCELLED. */
  readonly signal?: AbortSignal;
  /** Takes standard output piece by piece as it comes; `stdout` is then empty and unbounded. */
  readonly onOutput?: (piece: Uint8Array) => void;
}

export interface CommandResult {
  /** Its process id: a program that lists processes lists itself. Undefined where none is known. */
  readonly pid?: number | undefined;
  /** The exit status, or -1 when a signal that we did not send ended the program. */
  readonly exitCode: number;
  /** Decoded as UTF-8; bytes that are none become U+FFFD. */
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Resolves with the exit status whatever it is: what a status means is for the caller to say.
 * Throws MonitorError: NOT_AVAILABLE (no such program), PERMISSION (it may not be started), TIMEOUT,
 * CANCELLED, MALFORMED (more output than allowed).
 */
export type RunCommand = (request: CommandRequest) => Promise<CommandResult>;

export interface CommandRunnerOptions {
  /** The whole environment of every program that is started. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Windows' own (win32/system-folder.ts), which would look a name up in the current folder first:
   * a `schtasks.exe` that somebody left among the downloads would be run by an administrator.
   */
  readonly programFolder?: string | undefined;
}

/** Where systems keep the programs that we ask; the user's own PATH is not trusted with it. */
export const systemPath = '/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin';

const defaultMaxOutputBytes = 1024 * 1024;

/** Programs answer in the C locale, because their answers are parsed. */
export function createCommandRunner({
  environment,
  programFolder,
}: CommandRunnerOptions): RunCommand {
  const env = { ...environment, LC_ALL: 'C' };
  return (request) =>
    new Promise((resolve, reject) => {
      const operation = `run ${request.program}`;
      if (request.signal?.aborted === true) {
        reject(new MonitorError({ code: 'CANCELLED', operation, reason: 'it was cancelled' }));
        return;
      }
      const child = startChild(request, { ...env, ...request.environment }, programFolder);
      if (child instanceof Error) {
        reject(startFailure(operation, child));
        return;
      }
      const stdout = new BoundedOutput(request.maxOutputBytes ?? defaultMaxOutputBytes);
      const stderr = new BoundedOutput(request.maxOutputBytes ?? defaultMaxOutputBytes);
      const timer =
        request.deadlineMs === 'until aborted'
          ? undefined
          : setTimeout(
              () => fail('TIMEOUT', `no answer within ${request.deadlineMs} ms`),
              request.deadlineMs,
            );
      const abort = (): void => fail('CANCELLED', 'it was cancelled');
      request.signal?.addEventListener('abort', abort, { once: true });

      function settle(): void {
        clearTimeout(timer);
        request.signal?.removeEventListener('abort', abort);
      }
      const started = child;
      function fail(code: 'TIMEOUT' | 'CANCELLED' | 'MALFORMED', reason: string): void {
        settle();
        abandon(started);
        reject(new MonitorError({ code, operation, reason }));
      }
      // Without a descriptor left there are no pipes; the error event tells of it.
      child.stdout?.on('data', (piece: Buffer) => {
        if (request.onOutput !== undefined) request.onOutput(piece);
        else if (!stdout.add(piece)) fail('MALFORMED', stdout.complaint);
      });
      child.stderr?.on('data', (piece: Buffer) => {
        if (!stderr.add(piece)) fail('MALFORMED', stderr.complaint);
      });
      child.on('error', (error) => {
        settle();
        reject(startFailure(operation, error));
      });
      child.on('close', (exitCode) => {
        settle();
        resolve({
          pid: child.pid,
          exitCode: exitCode ?? -1,
          stdout: stdout.text(),
          stderr: stderr.text(),
        });
      });
    });
}

/** Some errors are thrown (ENOMEM, EAGAIN), others are told by an event. */
function startChild(
  { program, args }: CommandRequest,
  env: Readonly<Record<string, string | undefined>>,
  folder: string | undefined,
): ChildProcess | Error {
  const isName = folder !== undefined && !/[/\\]/.test(program);
  try {
    return spawn(isName ? join(folder, `${program}.exe`) : program, args, {
      ...(folder === undefined ? {} : { cwd: folder }),
      env,
      shell: false,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(errorMessage(error));
  }
}

/**
 * Kills the program and stops waiting for it. One that hangs in the kernel (state D, a dead mount)
 * does not even take SIGKILL; its pipes and its handle must not keep this process alive for it.
 */
function abandon(child: ChildProcess): void {
  child.kill('SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

class BoundedOutput {
  readonly complaint: string;
  readonly #maxBytes: number;
  readonly #pieces: Buffer[] = [];
  #sizeBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.complaint = `its output is longer than ${maxBytes} bytes`;
  }

  /** False once there is more than allowed. */
  add(piece: Buffer): boolean {
    this.#sizeBytes += piece.length;
    if (this.#sizeBytes > this.#maxBytes) return false;
    this.#pieces.push(piece);
    return true;
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}

function startFailure(operation: string, error: Error): MonitorError {
  const systemCode = systemErrorCode(error);
  return new MonitorError({
    code:
      systemCode === 'ENOENT'
        ? 'NOT_AVAILABLE'
        : systemCode === 'EACCES' || systemCode === 'EPERM'
          ? 'PERMISSION'
          : 'UNAVAILABLE',
    operation,
    reason: systemCode === 'ENOENT' ? 'this system has no such program' : error.message,
    cause: error,
  });
}
