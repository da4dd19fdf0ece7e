/**
 * How a command shows what it found: to people at a terminal as text, to everything else as JSON.
 * Data goes to standard output, what is said about it to standard error.
 */
import { toJson } from '../../base/json.ts';
import { forReader } from '../../base/printable.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { ShowOptions } from './json-option.ts';

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
    ? jsonFor(stdout, value, 2)
    : await format(value, stdout.columns());
  await stdout.write(text);
}

/** Ends with a line break. Without `indent` it is one line. */
export function jsonFor(
  stdout: { readonly isTerminal: boolean },
  value: unknown,
  indent?: number,
): string {
  return forReader(`${toJson(value, indent)}\n`, stdout);
}

/** Messages: they are no data. */
export function tell(
  { stderr }: Pick<Runtime, 'stderr'>,
  ...lines: readonly string[]
): Promise<void> {
  return stderr.write(forReader(lines.map((line) => `${line}\n`).join(''), stderr));
}
