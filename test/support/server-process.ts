/** The receiver as its user starts it: a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const mainFile = fileURLToPath(new URL('../../server-example/main.ts', import.meta.url));

export interface ServerProcess {
  readonly child: ChildProcess;
  /** Ends with a slash. */
  readonly url: string;
  /** All that it has written to its outputs. */
  readonly said: string;
  /** Sends the signal and resolves with the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | string | null>;
}

/**
 * Resolves once the receiver says that it listens. Rejects with what it said if it ends instead.
 * `prefix`: a program and its words, under which it is to run.
 */
export async function startServer(
  words: readonly string[],
  prefix: readonly string[] = [],
): Promise<ServerProcess> {
  const [program = process.execPath, ...rest] = [...prefix, process.execPath, mainFile, ...words];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /^listening on (http:\S+)$/m.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    void ended.then((how) => reject(new Error(`the receiver ended with ${how}: ${said}`)));
  });
  return {
    child,
    url,
    get said() {
      return said;
    },
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
