/** One question to a program of the system, such as ps(1): its whole answer or an error. */
import { MonitorError } from '../../base/errors.ts';
import {
  type CommandResult,
  createCommandRunner,
  type RunCommand,
  systemPath,
} from '../run-command.ts';

export interface SystemQuestion {
  readonly program: string;
  readonly args: readonly string[];
  readonly deadlineMs: number | 'until aborted';
  /** Beside the path of the system's programs and the C locale. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Ten thousand processes with long paths are some 2 MB; more than this is no list any more. */
const maxOutputBytes = 32 * 1024 * 1024;

/** Throws what RunCommand throws, and UNAVAILABLE when the program says that it failed. */
export async function askSystem(
  { program, args, deadlineMs, environment, signal }: SystemQuestion,
  runCommand: RunCommand = createCommandRunner({ environment: { PATH: systemPath } }),
): Promise<CommandResult> {
  const result = await runCommand({
    program,
    args,
    deadlineMs,
    maxOutputBytes,
    ...(environment === undefined ? {} : { environment }),
    ...(signal === undefined ? {} : { signal }),
  });
  // df and ps answer with 1 when one row of many failed; what they printed still counts.
  if (result.stdout.trim() !== '') return result;
  throw new MonitorError({
    code: 'UNAVAILABLE',
    operation: `run ${program}`,
    reason: `it failed with exit status ${result.exitCode}: ${result.stderr.trim().slice(0, 200)}`,
  });
}
