/**
 * What a shell may offer, taken from the commands themselves and from the table of settings. Each
 * script carries the whole of it, so that a press of Tab starts nothing.
 */
import type { Argument, Command, Option } from 'commander';
import type { SettingRow } from '../../settings/setting-row.ts';
import { isSettingKey, settingKeys, settingRow } from '../../settings/setting-table.ts';

/** What comes after an option or stands as an argument. */
export type ValueKind = 'file' | 'folder' | 'choice' | 'text';

export interface CompletionValue {
  readonly kind: ValueKind;
  /** Of a choice. */
  readonly choices: readonly CompletionWord[];
}

export interface CompletionOption {
  /** `--interval`, then `-i` where there is one. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined for an option without a value. */
  readonly value: CompletionValue | undefined;
}

export interface CompletionWord {
  readonly word: string;
  readonly description: string;
}

export interface CompletionCommand {
  /** The words that lead here, joined by blanks; empty for the program itself. */
  readonly path: string;
  /** Sub-commands, or the values that the argument may have. */
  readonly words: readonly CompletionWord[];
  /** Its own and those that hold everywhere. */
  readonly options: readonly CompletionOption[];
  /** Where its argument is one. */
  readonly argument: 'file' | 'folder' | undefined;
}

/** The program first, each command before those below it. Hidden commands are left out. */
export function completionCommands(program: Command): readonly CompletionCommand[] {
  const everywhere = program.options.filter((option) => option.long !== '--version');
  const visit = (command: Command, words: readonly string[]): readonly CompletionCommand[] => {
    const own = command === program ? program.options : [...command.options, ...everywhere];
    const help = command.createHelp();
    const children = help
      .visibleCommands(command)
      // commander's own: every command has --help, and "help" twice in each list helps nobody.
      .filter((child) => child.name() !== 'help');
    const [argument, second] = command.registeredArguments;
    const value = argument === undefined ? undefined : argumentValue(argument);
    const here: CompletionCommand = {
      path: words.join(' '),
      words: [
        ...children.map((child) => ({ word: child.name(), description: child.description() })),
        ...(value?.choices ?? []),
      ],
      options: [
        ...own.filter((option) => !option.hidden).map(describeOption),
        { names: ['--help', '-h'], description: 'print this help', value: undefined },
      ],
      argument: pathKind(value),
    };
    const isSetter = argument?.name() === 'setting' && second?.name() === 'value';
    return [
      here,
      ...(isSetter ? settingKeys.map((key) => withSetting(here, key, settingRow(key))) : []),
      ...children.flatMap((child) => visit(child, [...words, child.name()])),
    ];
  };
  return visit(program, []);
}

/** The word of a setting is, for a shell, like a command below `config set`: its value follows. */
function withSetting(setter: CompletionCommand, key: string, row: SettingRow): CompletionCommand {
  const value = settingValue(row);
  const path = `${setter.path} ${key}`;
  return { ...setter, path, words: value.choices, argument: pathKind(value) };
}

function argumentValue(argument: Argument): CompletionValue {
  if (argument.name() === 'setting') {
    const describe = (row: SettingRow): string => row.description.replace(/(?<=[.;:]) .*$/s, '');
    const choices = settingKeys.map((word) => ({ word, description: describe(settingRow(word)) }));
    return { kind: 'choice', choices };
  }
  return argument.argChoices === undefined
    ? { kind: kindOf(argument.name()), choices: [] }
    : { kind: 'choice', choices: plainWords(argument.argChoices) };
}

function describeOption(option: Option): CompletionOption {
  return {
    names: [option.long, option.short].filter((name) => typeof name === 'string'),
    description: option.description,
    // What may also stand without its value is treated so: the next word is rather a word of ours.
    value: option.required ? optionValue(option) : undefined,
  };
}

/** What is no setting tells by its value's name in the help text: `<file>`, `<folder>`. */
function optionValue(option: Option): CompletionValue {
  if (option.argChoices !== undefined) {
    return { kind: 'choice', choices: plainWords(option.argChoices) };
  }
  const key = (option.long ?? '').replace(/^--/, '').replaceAll('-', '_');
  if (isSettingKey(key)) return settingValue(settingRow(key));
  return { kind: kindOf(/[<[](.+)[>\]]/.exec(option.flags)?.[1] ?? ''), choices: [] };
}

function settingValue(row: SettingRow): CompletionValue {
  switch (row.kind) {
    case 'path':
      return { kind: row.names, choices: [] };
    case 'boolean':
      return { kind: 'choice', choices: plainWords(['true', 'false']) };
    case 'choice': {
      const choices = Object.entries(row.choices);
      return {
        kind: 'choice',
        choices: choices.map(([word, description]) => ({ word, description })),
      };
    }
    default:
      return { kind: 'text', choices: [] };
  }
}

function plainWords(words: readonly string[]): readonly CompletionWord[] {
  return words.map((word) => ({ word, description: '' }));
}

function kindOf(name: string): ValueKind {
  return name === 'file' || name === 'folder' ? name : 'text';
}

function pathKind(value: CompletionValue | undefined): 'file' | 'folder' | undefined {
  return value?.kind === 'file' || value?.kind === 'folder' ? value.kind : undefined;
}

/**
 * Names of the options whose value is of one of `kinds`, wherever they stand: the word after them is
 * no command.
 */
export function optionNames(
  commands: readonly CompletionCommand[],
  kinds: readonly ValueKind[],
): readonly string[] {
  const names = commands.flatMap(({ options }) =>
    options
      .filter(({ value }) => value !== undefined && kinds.includes(value.kind))
      .flatMap((option) => option.names),
  );
  return [...new Set(names)];
}

export const anyValue: readonly ValueKind[] = ['file', 'folder', 'choice', 'text'];

/** The values of each option that has a choice, wherever it stands. */
export function optionChoices(
  commands: readonly CompletionCommand[],
): ReadonlyMap<string, readonly CompletionWord[]> {
  return new Map(
    commands.flatMap(({ options }) =>
      options.flatMap(({ names, value }) =>
        value?.kind === 'choice' ? names.map((name) => [name, value.choices] as const) : [],
      ),
    ),
  );
}

/** The ways to all commands but the program itself. */
export function commandPaths(commands: readonly CompletionCommand[]): readonly string[] {
  return commands.map(({ path }) => path).filter((path) => path !== '');
}

/** Any of the words, in a `case` of bash or zsh; of none, what no word is. */
export function casePattern(words: readonly string[]): string {
  return words.length === 0 ? "''" : words.join('|');
}

/** Within single quotes of a POSIX shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
