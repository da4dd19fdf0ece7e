/** What `config` and its sub-commands do, and what they show. */
import type { Command } from 'commander';
import { MonitorError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { printable } from '../base/printable.ts';
import { plural } from '../base/units.ts';
import type { Configuration } from '../config/configuration.ts';
import { readSettings } from '../config/file.ts';
import { insistOnUsableFiles } from '../config/usable-files.ts';
import type { SettingProblem } from '../settings/check.ts';
import { isSettingKey } from '../settings/setting-table.ts';
import { formatSetting, showSetting, showSettings } from '../settings/show.ts';
import { invalidSettings, knownKey, parseTypedSetting } from '../settings/validate.ts';
import { type CliContext, openConfigurationOf } from './context.ts';
import { insistOnNewId, isAtTerminal, savedId } from './insist.ts';
import type { ShowOptions } from './output/json-option.ts';
import { show, tell } from './output/show.ts';
import { warnOfValue } from './typed-secrets.ts';
import type { YesOption } from './yes-flag.ts';

export async function prompt(command: Command, context: CliContext): Promise<void> {
  if (!isAtTerminal(context.runtime)) throw noTerminal();
  const { runConfigPrompt } = await import('./config-prompt.ts');
  await runConfigPrompt(await openConfigurationOf(command, context), context.runtime);
}

export async function list(
  options: ShowOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const loaded = (await openConfigurationOf(command, context)).loadGood();
  const wrong = new Set(loaded.problems.map(({ key }) => key));
  const good = Object.entries(showSettings(loaded.settings)).filter(([key]) => !wrong.has(key));
  await show(context.runtime, options, Object.fromEntries(good), async (_, columns) => {
    const { formatSettings } = await import('./output/settings.ts');
    return formatSettings(loaded, columns);
  });
  await warnOf([...loaded.problems, ...loaded.unknown], context);
  if (wrong.size > 0) context.setExitCode(exitCodes.configuration);
}

export async function get(word: string, command: Command, context: CliContext): Promise<void> {
  const key = knownKey(word);
  const { settings, problems } = (await openConfigurationOf(command, context)).loadGood();
  const wrong = problems.find((problem) => problem.key === key);
  if (wrong !== undefined) throw invalidSettings(wrong.source, [wrong]);
  await context.runtime.stdout.write(`${formatSetting(settings[key])}\n`);
}

export async function set(
  word: string,
  value: string,
  options: YesOption,
  command: Command,
  context: CliContext,
): Promise<void> {
  const key = knownKey(word);
  const changes = parseTypedSetting(key, value, 'the command line');
  const configuration = await openConfigurationOf(command, context);
  insistOnUsableFiles(configuration.namedFiles(), changes);
  const { system_id: systemId } = changes;
  if (systemId !== undefined) {
    await insistOnNewId(context.runtime, options, savedId(configuration), systemId);
  }
  await save(changes, configuration, context);
  await warnOfValue(key, value, context.runtime);
}

export async function unset(word: string, command: Command, context: CliContext): Promise<void> {
  const configuration = await openConfigurationOf(command, context);
  const { path } = configuration.locations.configuration;
  // A key that is no setting can be removed as well, where it is there.
  const values = readSettings(context.runtime.disk, path)?.values ?? {};
  const key = Object.hasOwn(values, word) ? word : knownKey(word);
  await save({ [key]: undefined }, configuration, context);
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
  const configuration = await openConfigurationOf(command, context);
  const checked = file ?? configuration.locations.configuration.path;
  const found = readSettings(disk, checked);
  if (found === undefined) throw noSuchFile(checked);
  if (found.problems.length > 0) throw invalidSettings(checked, found.problems);
  insistOnUsableFiles(configuration.namedFiles(), found.settings);
  const count = plural(Object.keys(found.settings).length, 'setting');
  await stdout.write(`${checked}: ${count}, all valid\n`);
  await warnOf(found.unknown, context);
}

/** What could be read of a damaged file is told key by key, and so is what could not. */
export async function repair(command: Command, context: CliContext): Promise<void> {
  const configuration = await openConfigurationOf(command, context);
  const { path } = configuration.locations.configuration;
  const repaired = await configuration.repair();
  const { keptAs, settings, unreadable } = repaired;
  if (keptAs === undefined) {
    await tell(context.runtime, `${path} is valid JSON; there is nothing to repair`);
  } else {
    await tell(context.runtime, `Saved in ${path}; the old file is kept as ${keptAs}`);
    await tell(context.runtime, ...keysLine('Read', Object.keys(settings)));
  }
  await tell(context.runtime, ...keysLine('Could not be read', unreadable));
  await warnOf([...repaired.problems, ...repaired.unknown], context);
  if (repaired.problems.length > 0) context.setExitCode(exitCodes.configuration);
}

/** The original's config.json, or another file of ours. */
export async function importFile(
  file: string,
  options: YesOption,
  command: Command,
  context: CliContext,
): Promise<void> {
  const { runtime } = context;
  const { importSettings } = await import('../config/import.ts');
  const configuration = await openConfigurationOf(command, context);
  const taken = await importSettings(configuration, runtime, file, ({ system_id: systemId }) =>
    insistOnNewId(runtime, options, savedId(configuration), systemId),
  );
  for (const [key, value] of Object.entries(taken.settings)) {
    if (isSettingKey(key)) await runtime.stdout.write(`${key} = ${showSetting(key, value)}\n`);
  }
  if (taken.newId !== undefined) {
    await runtime.stdout.write(`system_id = ${taken.newId} (new, because the file has none)\n`);
  }
  await warnOf(taken.leftOut, context, 'not imported: ');
  await tell(runtime, `Saved in ${configuration.locations.configuration.path}`);
}

async function save(
  changes: Readonly<Record<string, unknown>>,
  configuration: Configuration,
  context: CliContext,
): Promise<void> {
  await configuration.save(changes);
  await tell(context.runtime, `Saved in ${configuration.locations.configuration.path}`);
  const { problems, unknown } = configuration.loadGood();
  await warnOf([...problems, ...unknown], context);
}

async function warnOf(
  problems: readonly SettingProblem[],
  context: CliContext,
  before = '',
): Promise<void> {
  for (const { reason, hint } of problems) {
    await tell(context.runtime, `Warning: ${before}${reason}. ${hint}`);
  }
}

function keysLine(what: string, keys: readonly string[]): string[] {
  return keys.length === 0 ? [] : [`${what}: ${keys.map(printable).join(', ')}`];
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
