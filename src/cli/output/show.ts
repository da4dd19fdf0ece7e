/**
 * How a command shows what it found: to people at a terminal as text, to everything else as JSON.
 * Data goes to standard output, what is said about it to standard error.
 */
import type { Command } from 'commander';
import type { Runtime } from '../../base/runtime.ts';

/** Of every command that has data to show. */
export interface ShowOptions {
  readonly json?: true;
}

export function withJsonOption(command: Command): Command {
  return command.option('--json', 'print JSON (the default in a pipe)');
}

export function wantsJson(options: ShowOptions, { stdout }: Pick<Runtime, 'stdout'>): boolean {
  return options.json === true || !stdout.isTerminal;
}

/** `format` makes the text for people, so many columns wide; it is not asked where nobody reads it. */
export async function show<Value>(
  runtime: Pick<Runtime, 'stdout'>,
  options: ShowOptions,
  value: Value,
  format: (value: Value, columns: number) => string | Promise<string>,
): Promise<void> {
  const { stdout } = runtime;
  const text = wantsJson(options, runtime)
    ? `${JSON.stringify(value, null, 2)}\n`
    : await format(value, stdout.columns());
  await stdout.write(text);
}

/** Messages: they are no data. */
export function tell(
  { stderr }: Pick<Runtime, 'stderr'>,
  ...lines: readonly string[]
): Promise<void> {
  return stderr.write(lines.map((line) => `${line}\n`).join(''));
}
