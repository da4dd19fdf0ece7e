/**
 * The command line: which commands there are, and what becomes of an error. Each command defines
 * itself in a file of its own and loads what it needs when it runs, so that `--version` and the
 * one-shot commands start about as fast as a bare Node.
 */
import { Command, CommanderError } from 'commander';
import { buildInfo, codeCacheState } from '../base/build-info.ts';
import { isForeseen, MonitorError } from '../base/errors.ts';
import {
  type ExitCode,
  exitCodeOf,
  exitCodeRows,
  exitCodes,
  exitCodesOf,
} from '../base/exit-codes.ts';
import type { Runtime } from '../base/runtime.ts';
import { defineBackgroundCommand } from './background.ts';
import { defineCheckCommand } from './check.ts';
import { defineCompletionCommand } from './completion.ts';
import { defineConfigCommand } from './config.ts';
import type { CliContext } from './context.ts';
import { defineDoctorCommand } from './doctor.ts';
import { defineGenerateSystemIdCommand } from './generate-system-id.ts';
import { defineProbeMountCommand } from './probe-mount.ts';
import { defineSchemaCommand } from './schema.ts';
import { defineServiceCommand } from './service.ts';
import { defineSpoolCommand } from './spool.ts';
import { defineStatsCommands } from './stats.ts';
import { defineStatusCommand } from './status.ts';

/** Runs the command that the arguments name and resolves with the process's exit code. Never rejects. */
export async function runCli(runtime: Runtime): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const context: CliContext = {
    runtime,
    setExitCode: (code) => {
      exitCode = code;
    },
  };
  const pending: Promise<void>[] = [];
  const program = createProgram(context, pending);
  try {
    await program.parseAsync(runtime.arguments, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help and version end by an exception too, which says nothing of whether they were written.
    const written = await Promise.allSettled(pending);
    const failed = written.find((one) => one.status === 'rejected');
    return await explainError(failed === undefined ? error : failed.reason, runtime);
  }
}

/** The whole tree of commands: also what completions and the manual page are made from. */
export function createProgram(context: CliContext, pending: Promise<void>[] = []): Command {
  const { runtime } = context;
  const program = new Command('system-monitor')
    .description(
      'Sends reports on this machine to your own server as plain JSON, and loses none on the way.',
    )
    .option('--config <file>', 'configuration file to use (SYSTEM_MONITOR_CONFIG)')
    .option('--state-dir <folder>', 'folder of unsent reports (SYSTEM_MONITOR_STATE_DIR)')
    .option('--verbose', 'with --version: also commit, target, Node and code cache')
    .version(versionText(runtime), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help to see what it takes)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => pending.push(runtime.stdout.write(text)),
      // It quotes the words of the call.
      writeErr: (text) => pending.push(tell(text.trimEnd(), runtime)),
      getOutHelpWidth: () => runtime.stdout.columns(),
      getErrHelpWidth: () => runtime.stderr.columns(),
    })
    .addHelpText(
      'after',
      `
Examples:
  system-monitor stats --json          everything, as it is sent
  system-monitor config                set the server's URL, at a prompt
  system-monitor background            send a report every interval seconds`,
    );
  defineStatsCommands(program, context);
  defineGenerateSystemIdCommand(program, context);
  defineConfigCommand(program, context);
  defineCheckCommand(program, context);
  defineBackgroundCommand(program, context);
  defineStatusCommand(program, context);
  defineDoctorCommand(program, context);
  defineSpoolCommand(program, context);
  defineSchemaCommand(program, context);
  defineProbeMountCommand(program, context);
  defineServiceCommand(program, context);
  defineCompletionCommand(program, context);
  program.addHelpText('afterAll', ({ command }) => exitCodesHelp(command));
  return program;
}

/** At the end of a command's help: what its exit codes say; of the program's: what all of them mean. */
function exitCodesHelp(command: Command): string {
  const rows =
    command.parent === null
      ? exitCodeRows.map(({ code, meaning }) => [code, meaning] as const)
      : exitCodesOf(wordsOf(command).join(' '));
  const lines = rows.map(([code, says]) => `\n  ${String(code).padEnd(4)}${says}`);
  return lines.length === 0 ? '' : `\nExit codes:${lines.join('')}`;
}

/** Without the program's own name. */
function wordsOf(command: Command): string[] {
  return command.parent === null ? [] : [...wordsOf(command.parent), command.name()];
}

function versionText(runtime: Runtime): string {
  const { version, commit, target } = buildInfo();
  if (!runtime.arguments.includes('--verbose')) return version;
  return [
    `system-monitor ${version}`,
    `commit      ${commit}`,
    `target      ${target}`,
    `Node        ${runtime.nodeVersion}`,
    `code cache  ${codeCacheState()}`,
  ].join('\n');
}

/** Tells the user of an error, and resolves with the exit code that it asks for. */
export async function explainError(error: unknown, runtime: Runtime): Promise<ExitCode> {
  if (error instanceof CommanderError) {
    // commander has printed its message; help and version come this way too, with 0.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  if (isForeseen(error)) {
    const text = `system-monitor: ${error.message}`;
    await tell(error.hint === undefined ? text : `${text}\n${error.hint}`, runtime);
    return exitCodeOf(error.code);
  }
  const cause = error instanceof MonitorError ? (error.cause ?? error) : error;
  const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  const text = 'system-monitor: this is a bug. Please report it, with the following:';
  await tell(`${text}\n${detail}`, runtime);
  return exitCodes.bug;
}

async function tell(text: string, { stderr }: Runtime): Promise<void> {
  const { redactText } = await import('../base/redact.ts');
  const { forReader } = await import('../base/printable.ts');
  await stderr.write(forReader(`${redactText(text)}\n`, stderr));
}
