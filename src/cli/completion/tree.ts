/**
 * What a shell may offer, taken from the commands themselves. Each script carries the whole of it, so
 * that a press of Tab starts nothing.
 */
import type { Argument, Command, Option } from 'commander';
import { settingKeys } from '../../settings/setting-table.ts';

/** What comes after an option or stands as an argument. */
export type ValueKind = 'file' | 'folder' | 'text';

export interface CompletionOption {
  /** `--interval`, then `-i` where there is one. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined for an option without a value. */
  readonly value: ValueKind | undefined;
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
  /** An argument that is a file or a folder. */
  readonly argument: ValueKind | undefined;
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
    const [argument] = command.registeredArguments;
    return [
      {
        path: words.join(' '),
        words: [
          ...children.map((child) => ({ word: child.name(), description: child.description() })),
          ...(argument === undefined ? [] : choicesOf(argument, words)),
        ],
        options: [
          ...own.filter((option) => !option.hidden).map(describeOption),
          { names: ['--help', '-h'], description: 'print this help', value: undefined },
        ],
        argument: argument === undefined ? undefined : kindOf(argument.name()),
      },
      ...children.flatMap((child) => visit(child, [...words, child.name()])),
    ];
  };
  return visit(program, []);
}

function choicesOf(argument: Argument, words: readonly string[]): readonly CompletionWord[] {
  const isSetting = words[0] === 'config' && argument.name() === 'key';
  const choices = isSetting ? settingKeys : (argument.argChoices ?? []);
  return choices.map((word) => ({ word, description: '' }));
}

function describeOption(option: Option): CompletionOption {
  return {
    names: [option.long, option.short].filter((name) => typeof name === 'string'),
    description: option.description,
    // What may also stand without its value is treated so: the next word is rather a word of ours.
    value: option.required ? optionKind(option) : undefined,
  };
}

/** The value's name in the help text tells: `<file>`, `<folder>`; of settings, the option's own. */
function optionKind(option: Option): ValueKind {
  const named = kindOf(/[<[](.+)[>\]]/.exec(option.flags)?.[1] ?? '');
  if (named !== 'text') return named;
  return option.long?.endsWith('-file') === true ? 'file' : 'text';
}

function kindOf(name: string): ValueKind {
  if (name === 'file' || name === 'folder') return name;
  return 'text';
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
      .filter(({ value }) => value !== undefined && kinds.includes(value))
      .flatMap((option) => option.names),
  );
  return [...new Set(names)];
}

export const anyValue: readonly ValueKind[] = ['file', 'folder', 'text'];

/** Within single quotes of a POSIX shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
