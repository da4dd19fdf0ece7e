/**
 * Command lines in pages, comments and messages: the commands and their options are there. Judged is
 * what begins with the program's name in a line of a code block, in backticks, or in a message after
 * a colon or a quotation mark; in backticks also what begins with one of the commands, or an option
 * alone.
 */
import type { Command } from 'commander';
import { Visitor } from 'oxc-parser';
import { createProgram } from '../../src/cli/cli.ts';
import { createRuntime } from '../../src/main.ts';
import type { Complaint, Project, SourceFile, TextFile } from './source.ts';

export function checkCommands({ sources, texts }: Project): readonly Complaint[] {
  const program = createProgram({ runtime: createRuntime(), setExitCode: () => {} });
  const code = sources.map((file) => file.code).join('\n');
  const pages = texts.filter(({ path }) => path.endsWith('.md') && path !== 'CHANGELOG.md');
  const said = [
    ...sources.flatMap((file) =>
      file.comments.flatMap(({ value, start }) => spansIn(file, value, start + 2)),
    ),
    ...sources.filter(({ path }) => !path.startsWith('test/')).flatMap(messagesIn),
    ...pages.flatMap((file) => [...spansIn(file, file.text, 0), ...blockLinesIn(file)]),
  ];
  return said.flatMap(({ file, text, offset }) =>
    faultsOf(text, program, code).map((what) => ({
      path: file.path,
      line: file.lineAt(offset),
      rule: 'commands',
      what,
    })),
  );
}

/** Options of Node that pages speak of; any other that stands alone is one of ours. */
const foreign = new Set(['--allow-ffi', '--jitless', '--liftoff-only', '--lite-mode']);

interface Said {
  readonly file: TextFile;
  readonly text: string;
  readonly offset: number;
}

function spansIn(file: TextFile, text: string, start: number): readonly Said[] {
  return [...text.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(({ index, 1: span = '' }) => ({
    file,
    text: span,
    offset: start + index,
  }));
}

/** What a hint tells people to run. */
function messagesIn(file: SourceFile): readonly Said[] {
  const said: Said[] = [];
  const look = (text: string, offset: number): void => {
    for (const found of text.matchAll(/(?:: |"|\n {2})((?:sudo )?system-monitor [^"\n]+)/g)) {
      said.push({ file, text: found[1] ?? '', offset });
    }
  };
  new Visitor({
    Literal: ({ value, start }) => look(typeof value === 'string' ? value : '', start),
    TemplateElement: ({ value, start }) => look(value.cooked ?? '', start),
  }).visit(file.program);
  return said;
}

function blockLinesIn(file: TextFile): readonly Said[] {
  return [...file.text.matchAll(/^```(?:console|sh|bash)\n(.*?)^```/gms)].flatMap((block) => {
    let offset = block.index + block[0].indexOf('\n') + 1;
    return (block[1] ?? '').split('\n').map((line) => {
      const isOurs = /system-monitor(\.exe)? /.test(line);
      const said = { file, text: isOurs ? line.replace(/\s#\s.*/, '') : '', offset };
      offset += line.length + 1;
      return said;
    });
  });
}

function faultsOf(text: string, program: Command, code: string): readonly string[] {
  return text.split(/\s*(?:\||&&|;|>+|<)\s*/).flatMap((one) => {
    const words = one
      .replace(/^(?:[$#]\s+)?(?:[A-Z_]+=\S*\s+)*(?:sudo\s+(?:-\S+\s+\S+\s+)?)?/, '')
      .split(/\s+/)
      .map((word) => word.replace(/^["'[(]+|["'\]),.…]+$/g, ''))
      .filter((word) => word !== '');
    const [first = ''] = words;
    const name = first.replace(/^.*[/\\]/, '').replace(/\.exe$/i, '');
    if (name === 'system-monitor' && words.length > 1) return walk(program, words.slice(1));
    if (first.startsWith('--')) return isKnownFlag(first, program, code) ? [] : [noOption(first)];
    const isOurs = words.length > 1 && program.commands.some((one) => one.name() === first);
    return isOurs && /^(--|[a-z])/.test(words[1] ?? '') ? walk(program, words) : [];
  });
}

function noOption(flag: string): string {
  return `nothing here takes ${flag}; scripts/tidy/commands.ts lists other programs' options`;
}

/** Follows the words as commander would, as far as they are commands and options. */
function walk(program: Command, words: readonly string[]): readonly string[] {
  const faults: string[] = [];
  let command = program;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word.startsWith('-')) {
      const option = optionOf(command, word.split('=')[0] ?? '');
      if (option === undefined && !/^(-h|--help)$/.test(word)) {
        faults.push(`system-monitor ${nameOf(command)} does not take ${word}`);
      }
      if (option === 'with a value' && !word.includes('=')) at += 1;
      continue;
    }
    if (command.commands.length === 0) continue;
    const next = command.commands.find(
      (one) => one.name() === word || one.aliases().includes(word),
    );
    if (next === undefined) {
      if (/^[a-z_]+$/.test(word))
        faults.push(`there is no command ${`${nameOf(command)} ${word}`.trim()}`);
      break;
    }
    command = next;
  }
  return faults;
}

/** Looked for in the command and in those around it. */
function optionOf(command: Command | null, flag: string): 'with a value' | 'alone' | undefined {
  if (command === null) return undefined;
  const option = command.options.find(({ long, short }) => long === flag || short === flag);
  if (option === undefined) return optionOf(command.parent, flag);
  return option.required ? 'with a value' : 'alone';
}

function nameOf(command: Command): string {
  return command.parent === null ? '' : `${nameOf(command.parent)} ${command.name()}`.trim();
}

/** An option of any command of ours, or of a script or program that is written somewhere here. */
function isKnownFlag(text: string, program: Command, code: string): boolean {
  const flag = text.split('=')[0] ?? '';
  return (
    foreign.has(flag) ||
    code.includes(flag) ||
    allCommands(program).some((one) => optionOf(one, flag) !== undefined)
  );
}

function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
