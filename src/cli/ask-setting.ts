/** Asks for one setting at the prompt, in the way that its kind wants: a list, or a line to edit. */
import { confirm, input, select } from '@inquirer/prompts';
import { MonitorError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { type SettingKey, settingRow } from '../settings/setting-table.ts';
import type { Settings, SettingsChanges, SettingsFile } from '../settings/settings.ts';
import { showSetting } from '../settings/show.ts';
import { parseSetting } from '../settings/validate.ts';
import { machineNamePattern } from '../wire/machine-name.ts';
import { withHiddenParts } from './hidden-parts.ts';

const source = 'the prompt';

/** As the prompts of @inquirer take it. */
type PromptContext = { readonly signal: AbortSignal };

/** Asks, and answers undefined where the user went one step back, by Esc or Ctrl-C. */
export async function orBack<Value>(
  { stdin }: Pick<Runtime, 'stdin'>,
  ask: (context: PromptContext) => Promise<Value>,
): Promise<Value | undefined> {
  const back = new AbortController();
  const release = stdin.onEscape(() => back.abort());
  try {
    return await ask({ signal: back.signal });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'ExitPromptError' || name === 'AbortPromptError') return undefined;
    throw error;
  } finally {
    release();
  }
}

/** Whether the user says yes; Enter alone is no, and so is one step back. */
export async function isConfirmed(
  runtime: Pick<Runtime, 'stdin'>,
  message: string,
): Promise<boolean> {
  const answer = await orBack(runtime, (context) => confirm({ message, default: false }, context));
  return answer === true;
}

/**
 * Resolves with that setting alone, checked; with an undefined value where it is to be removed, so
 * that its default holds. `value` is what the file says now. Rejects as the prompts do.
 */
export async function askSetting<Key extends SettingKey>(
  key: Key,
  message: string,
  value: Settings[Key] | undefined,
  context: PromptContext,
): Promise<SettingsChanges> {
  // Without its secrets; those that are left as they stand are put back.
  const shown = showSetting(key, value);
  const choices = choicesOf(key);
  if (choices !== undefined) {
    const fallback = settingRow(key).default;
    const now = shown === '' ? String(fallback) : shown;
    return parseSetting(key, await select({ message, choices, default: now }, context), source);
  }
  let typed = shown;
  let answer: SettingsChanges = {};
  const parse = (): void => {
    answer = parseTyped(key, typed, shown, value);
  };
  await input(
    {
      message,
      default: shown,
      prefill: 'editable',
      theme: { style: { defaultAnswer: () => '(empty)' } },
      // An emptied line would be answered with the default; this is told what really stands there.
      transformer: (line, { isFinal }) => {
        if (!isFinal) typed = line;
        return isFinal ? typed : line;
      },
      validate: () => reasonAgainst(parse) ?? true,
    },
    context,
  );
  return answer;
}

/** The host's own name, where it could be a machine's for people. */
export function proposedName({ hostName }: Pick<Runtime, 'hostName'>): string | undefined {
  return hostName !== '' && machineNamePattern.test(hostName) ? hostName : undefined;
}

function parseTyped<Key extends SettingKey>(
  key: Key,
  typed: string,
  shown: string,
  value: Settings[Key] | undefined,
): SettingsChanges {
  // A blank at an end of an id is part of it.
  const text = settingRow(key).kind === 'text' ? typed : typed.trim();
  if (typed === shown) return { [key]: value };
  if (text === '') return { [key]: undefined };
  const parsed: SettingsFile = parseSetting(key, text, source);
  return { [key]: withHiddenParts(key, parsed[key], value) };
}

function choicesOf(key: SettingKey): { value: string; name: string }[] | undefined {
  const row = settingRow(key);
  if (row.kind === 'boolean') return ['true', 'false'].map((value) => ({ value, name: value }));
  if (row.kind !== 'choice') return undefined;
  return Object.entries(row.choices).map(([value, meaning]) => ({
    value,
    name: `${value}: ${meaning}`,
  }));
}

function reasonAgainst(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    return error.hint === undefined ? error.reason : `${error.reason}. ${error.hint}`;
  }
}
