/** How the three managers are asked, and what their refusals become. */
import { basename } from 'node:path';
import { MonitorError } from '../base/errors.ts';
import type { CommandResult, RunCommand } from '../host/run-command.ts';
import { exists } from './files.ts';
import { serviceName } from './service.ts';

/** Stopping may take the agent some seconds, and a busy machine is slow to answer. */
export const managerDeadlineMs = 90_000;

/** Runs a manager's command and takes its answer whatever it is. */
export function ask(
  runCommand: RunCommand,
  program: string,
  args: readonly string[],
): Promise<CommandResult> {
  return runCommand({ program, args, deadlineMs: managerDeadlineMs });
}

/** Runs a command that must succeed; throws UNAVAILABLE with its own words otherwise. */
export async function demand(
  runCommand: RunCommand,
  program: string,
  args: readonly string[],
): Promise<CommandResult> {
  const result = await ask(runCommand, program, args);
  if (result.exitCode === 0) return result;
  throw new MonitorError({
    code: 'UNAVAILABLE',
    operation: `run ${program} ${args.join(' ')}`,
    reason: `it ended with status ${result.exitCode}: ${complaintOf(result)}`,
  });
}

/**
 * After an upgrade that failed: puts the older version back and starts it, one step after the other,
 * whatever is in the way of them. The error tells what led here, and what runs now.
 */
export async function putBack(
  error: unknown,
  undo: () => void | Promise<void>,
  start: () => Promise<void>,
): Promise<unknown> {
  const isBack = await succeeds(undo);
  const isRunning = await succeeds(start);
  return isBack ? butOlderRuns(error, isRunning) : error;
}

async function succeeds(step: () => void | Promise<void>): Promise<boolean> {
  try {
    await step();
    return true;
  } catch {
    return false;
  }
}

function butOlderRuns(error: unknown, isRunning: boolean): unknown {
  if (!(error instanceof MonitorError)) return error;
  const { code, operation, reason, hint } = error;
  const now = isRunning
    ? 'The older version was put back, and runs again.'
    : 'The older version was put back, but does not run either.';
  return new MonitorError({
    ...{ code, operation, reason, cause: error },
    hint: hint === undefined ? now : `${now} ${hint}`,
  });
}

/** The last line that a failed program wrote, which is where programs put their reason. */
export function complaintOf({ stdout, stderr }: CommandResult): string {
  const text = stderr.trim() === '' ? stdout : stderr;
  return text.trim().split(/\r?\n/).at(-1)?.trim() || 'it gave no reason';
}

/** What takes sudo's place on systems without it. */
const elevators = ['/usr/bin/sudo', '/usr/bin/doas', '/usr/local/bin/doas', '/usr/bin/run0'];

/** A command line as a person types it who is not root. */
export function asRoot(command: string, isThere: (path: string) => boolean = exists): string {
  const found = elevators.find((path) => isThere(path)) ?? 'sudo';
  return `${basename(found)} ${command}`;
}

/** Throws PERMISSION unless this is root: asking first beats leaving half a service behind. */
export function requireRoot(userId: number | undefined, verb: string): void {
  if (userId === 0) return;
  throw new MonitorError({
    code: 'PERMISSION',
    operation: `${verb} the service`,
    reason: 'only root may do that',
    hint: `Run it as root: ${asRoot(`${serviceName} service ${verb}`)}`,
  });
}

export function notInstalled(verb: string): MonitorError {
  return new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: `${verb} the service`,
    reason: 'it is not installed',
    hint: `Install it with: ${serviceName} service install`,
  });
}
