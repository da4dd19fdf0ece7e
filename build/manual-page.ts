/**
 * system-monitor(1), made from the very commands that the program has, so that it cannot say
 * anything else than `--help` does. roff as man-pages(7) and groff_man(7) want it.
 */
import type { Command } from 'commander';
import { type ExplainedExitCode, explainedExitCodes } from '../scripts/exit-code-reasons.ts';

export interface ManualPageOptions {
  readonly program: Command;
  readonly version: string;
  /** Seconds since 1970; the page carries the date. */
  readonly sourceEpoch: number;
}

export function manualPage({ program, version, sourceEpoch }: ManualPageOptions): string {
  const name = program.name();
  const date = new Date(sourceEpoch * 1000).toISOString().slice(0, 10);
  return [
    `.TH ${name.toUpperCase()} 1 ${date} "${name} ${version}" "User Commands"`,
    '.SH NAME',
    `${roff(name)} \\- report this machine's state to your own server`,
    '.SH SYNOPSIS',
    `.B ${roff(name)}`,
    '[\\fIoption\\fR...] \\fIcommand\\fR [\\fIargument\\fR...]',
    '.SH DESCRIPTION',
    text(program.description()),
    '.PP',
    'Data goes to standard output, messages go to standard error. A terminal gets tables, a pipe gets JSON.',
    '.SH OPTIONS',
    ...options(program),
    '.SH COMMANDS',
    ...program.commands.flatMap((command) => section(command, [])),
    '.SH EXIT STATUS',
    ...explainedExitCodes.flatMap((row) => ['.TP', `.B ${row.code}`, text(exitStatus(row))]),
    '.SH FILES',
    ...files.flatMap(([path, meaning]) => ['.TP', `.I ${roff(path)}`, text(meaning)]),
    '.SH ENVIRONMENT',
    'Every setting has a variable of its own, \\fBSYSTEM_MONITOR_\\fR and its name in capital letters.',
    `\\fB${roff(name)} config list\\fR names them with the values in force.`,
    '',
  ].join('\n');
}

const files = [
  ['/etc/system-monitor/config.json', 'Settings of the service.'],
  ['/var/lib/system-monitor', 'Reports of the service that the server has not acknowledged yet.'],
  ['~/.config/system-monitor/config.json', 'Settings where no service is installed.'],
] as const;

function exitStatus({ meaning, when, says }: ExplainedExitCode): string {
  const sentences = Object.entries(says).map(([words, said]) => `After "${words}": ${said}.`);
  return [`${meaning}.`, when, ...sentences].join(' ');
}

/** A command, and under it those that it groups, each under its whole name. */
function section(command: Command, parents: readonly string[]): string[] {
  const words = [...parents, command.name()];
  if (command.commands.length > 0) {
    return [
      `.SS ${roff(words.join(' '))}`,
      text(command.description()),
      ...options(command, 'nested'),
      ...command.commands.flatMap((child) => section(child, words)),
    ];
  }
  const usage = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [
    '.TP',
    `\\fB${roff(words.join(' '))}\\fR ${roff(usage.join(' '))}`.trimEnd(),
    text(command.description()),
    ...options(command, 'nested'),
  ];
}

function options(command: Command, nested?: 'nested'): string[] {
  const lines = command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => nested === undefined || option.long !== '--help')
    .flatMap((option) => ['.TP', `\\fB${roff(option.flags)}\\fR`, text(option.description)]);
  return nested === undefined || lines.length === 0 ? lines : ['.RS', ...lines, '.RE'];
}

/** A paragraph: a full stop or an apostrophe that begins a line would be a command of roff. */
function text(words: string): string {
  const sentence = words.trim();
  const capital = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  const escaped = roff(/[.!?)]$/.test(capital) ? capital : `${capital}.`);
  return escaped
    .split('\n')
    .map((line) => line.replace(/^(?=[.'])/, '\\&'))
    .join('\n');
}

/** A bare minus would be typeset as a hyphen, which nobody can search for or paste. */
function roff(words: string): string {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}
