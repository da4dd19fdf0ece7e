/** What `config` and its sub-commands do, and what they show. */
import type { Command } from 'commander';
import { MonitorError } from '../base/errors.ts';
import { plural } from '../base/units.ts';
import { readSettingsFile } from '../config/file.ts';
import type { SettingsChanges } from '../settings/settings.ts';
import { formatSetting, showSettings } from '../settings/show.ts';
import { knownKey, parseTypedSetting } from '../settings/validate.ts';
import { type CliContext, openConfigurationOf } from './context.ts';
import { type ShowOptions, show, tell } from './output/show.ts';

export async function prompt(command: Command, context: CliContext): Promise<void> {
  const { stdin, stdout } = context.runtime;
  if (!stdin.isTerminal || !stdout.isTerminal) throw noTerminal();
  const { runConfigPrompt } = await import('./config-prompt.ts');
  await runConfigPrompt(await openConfigurationOf(command, context), context.runtime);
}

export async function list(
  options: ShowOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const loaded = (await openConfigurationOf(command, context)).load();
  await show(context.runtime, options, showSettings(loaded.settings), async (_, columns) => {
    const { formatSettings } = await import('./output/settings.ts');
    return formatSettings(loaded, columns);
  });
}

export async function get(word: string, command: Command, context: CliContext): Promise<void> {
  const key = knownKey(word);
  const { settings } = (await openConfigurationOf(command, context)).load();
  await context.runtime.stdout.write(`${formatSetting(settings[key])}\n`);
}

export async function set(
  word: string,
  value: string,
  command: Command,
  context: CliContext,
): Promise<void> {
  await save(parseTypedSetting(knownKey(word), value, 'the command line'), command, context);
}

export async function unset(word: string, command: Command, context: CliContext): Promise<void> {
  await save({ [knownKey(word)]: undefined }, command, context);
}

export async function path(command: Command, context: CliContext): Promise<void> {
  const { configuration } = (await openConfigurationOf(command, context)).locations;
  await context.runtime.stdout.write(`${configuration.path}\n`);
  await tell(context.runtime, `(${configuration.why})`);
}

export async function validate(
  file: string | undefined,
  command: Command,
  context: CliContext,
): Promise<void> {
  const { disk, stdout } = context.runtime;
  const inForce = (await openConfigurationOf(command, context)).locations.configuration.path;
  const checked = file ?? inForce;
  const settings = readSettingsFile(disk, checked);
  if (settings === undefined) throw noSuchFile(checked);
  const count = plural(Object.keys(settings).length, 'setting');
  await stdout.write(`${checked}: ${count}, all valid\n`);
}

async function save(
  changes: SettingsChanges,
  command: Command,
  context: CliContext,
): Promise<void> {
  const configuration = await openConfigurationOf(command, context);
  const { putAside } = await configuration.save(changes);
  if (putAside !== undefined) {
    await tell(context.runtime, `The file was damaged. It is kept as ${putAside}`);
  }
  await tell(context.runtime, `Saved in ${configuration.locations.configuration.path}`);
}

function noSuchFile(path: string): MonitorError {
  return new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: `read ${path}`,
    reason: 'there is no such file',
    hint: 'Without a file, the defaults apply. "system-monitor config" creates one.',
  });
}

function noTerminal(): MonitorError {
  return new MonitorError({
    code: 'USAGE',
    operation: 'open the prompt',
    reason: 'standard input and output are not a terminal',
    hint: 'In a script, use: system-monitor config set url https://monitor.example.com/',
  });
}
