/**
 * macOS asked in this process, where the setting `darwin_native` wants it. Nobody has run that on a Mac
 * yet, and a call with a wrong signature may end the process. So each part is read by a child process
 * first, and compared with what the system's programs say:
 *
 *   child: read natively ─▶ it ended well? ─▶ the figures agree? ─▶ from now on, in this process
 *                                └ no ──────────────┴ no ─▶ the system's programs, and a remark;
 *                                                           checked again after growing pauses
 *
 * Disks are not among them: a call to a disk that hangs never returns (disks/df-list.ts). CPU use and
 * addresses come from Node, which asks the kernel in this process anyway.
 */
import { errorMessage } from '../base/errors.ts';
import type { DarwinCalls } from '../host/darwin/system-library.ts';
import { createCommandRunner, type RunCommand } from '../host/run-command.ts';
import type { CollectorContext } from './collector.ts';
import type { PartName } from './index.ts';
import { createTrust } from './trust.ts';

export type Read<Value> = (signal?: AbortSignal) => Promise<Value>;

/** How a part is had natively, and when two readings of it are of one machine. */
export interface NativePart<Value> {
  readonly part: PartName;
  /** Makes a reader; what it keeps between samples is its own. Throws NOT_AVAILABLE. */
  readonly open: (calls: DarwinCalls, context: CollectorContext) => Read<Value>;
  /** Why they are not, or undefined. `native` is what a child printed: anything. */
  readonly disagreement: (native: unknown, portable: Value) => string | undefined;
}

export interface NativeOptions {
  readonly load?: () => Promise<DarwinCalls>;
  readonly runCommand?: RunCommand;
}

/** The child reads for so long; with its start it must come before the deadline of a part. */
const checkMs = 3000;
const outputBytesMax = 16 * 1024 * 1024;

/** Reads natively once the self-check has passed; by `portable` before, and where it has not. */
export function createCheckedRead<Value>(
  native: NativePart<Value>,
  portable: Read<Value>,
  context: CollectorContext,
  options: NativeOptions = {},
): Read<Value> {
  const { part } = native;
  const trust = createTrust(context.clock);
  let read: Read<Value> | undefined;

  async function check(signal?: AbortSignal): Promise<Value> {
    const printed = await readInChild(part, context, options, signal);
    const value = await portable(signal);
    const why = native.disagreement(printed, value);
    if (why !== undefined) throw new Error(why);
    const { loadDarwinCalls } = await import('../host/darwin/system-library.ts');
    read = native.open(await (options.load ?? loadDarwinCalls)(), context);
    return value;
  }

  return async (signal) => {
    if (!trust.isGiven()) return await portable(signal);
    try {
      const value = await (read ?? check)(signal);
      trust.answered();
      context.remarks.ended('collector.fallback', part);
      return value;
    } catch (error) {
      if (signal?.aborted === true) throw error;
      // What has failed once must pass its check again.
      read = undefined;
      const reason = `direct calls fail, or did not pass their check (${errorMessage(error)})`;
      if (trust.refused() === 'left alone') {
        context.remarks.holds('collector.fallback', part, reason);
      }
      return await portable(signal);
    }
  };
}

async function readInChild(
  part: PartName,
  { mountProbe = [] }: CollectorContext,
  { runCommand = createCommandRunner({ environment: {} }) }: NativeOptions,
  signal?: AbortSignal,
): Promise<unknown> {
  const [program = '', ...args] = mountProbe;
  const { exitCode, stdout, stderr } = await runCommand({
    program,
    args: [...args, '--native', part],
    deadlineMs: checkMs,
    maxOutputBytes: outputBytesMax,
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode === 0) return JSON.parse(stdout);
  // -1: a signal ended it, as a wrong offset does.
  throw new Error(`its child ended with ${exitCode} ${stderr.trim().slice(0, 200)}`.trim());
}
