/** The project as it lies in the working tree: read once, its sources parsed once, for every rule. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comment, type ParseResult, parseSync } from 'oxc-parser';

export interface Project {
  /** TypeScript and JavaScript. */
  readonly sources: readonly SourceFile[];
  /** All files that are text, sources too. */
  readonly texts: readonly TextFile[];
  readonly paths: ReadonlySet<string>;
}

export interface TextFile {
  /** From the top of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  /** The line, from 1, in which the character at `offset` stands. */
  lineAt(offset: number): number;
}

export interface SourceFile extends TextFile {
  readonly program: ParseResult['program'];
  readonly comments: readonly Comment[];
  /** The text with blanks for comments; every offset is the same. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export interface Import {
  readonly specifier: string;
  /** What is imported by name; empty for a whole module. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface Complaint {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  /** What is wrong, and what mends it. */
  readonly what: string;
}

export function readProject(top: string): Project {
  const paths = listFiles(top);
  const texts = paths
    .filter((path) => !isBinary.test(path))
    .map((path) => textFile(path, readFileSync(join(top, path), 'utf8')));
  return createProject(texts, paths);
}

const isBinary = /\.(png|ico|gz|zst|node)$/;
const isSource = /\.(ts|js|mjs)$/;

export function createProject(
  texts: readonly TextFile[],
  paths: readonly string[] = texts.map(({ path }) => path),
): Project {
  const sources = texts.filter(({ path }) => isSource.test(path)).map(parseSource);
  return { sources, texts, paths: new Set(paths) };
}

/** Tracked and new files alike; what git ignores, and what was deleted, is left out. */
export function listFiles(top: string): readonly string[] {
  const output = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: top,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const names = new Set(output.split('\0').filter((name) => name !== ''));
  return [...names].filter((name) => existsSync(join(top, name))).sort();
}

export function textFile(path: string, text: string): TextFile {
  return { path, text, lineAt: (offset) => text.slice(0, offset).split('\n').length };
}

function parseSource(file: TextFile): SourceFile {
  const { path, text, lineAt } = file;
  const { program, comments, module, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const imports = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      specifier: moduleRequest.value,
      names: entries.flatMap(({ importName }) => importName.name ?? []),
      line: lineAt(moduleRequest.start),
    })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, importName }) =>
        moduleRequest === null
          ? []
          : {
              specifier: moduleRequest.value,
              names: importName.name === null ? [] : [importName.name],
              line: lineAt(moduleRequest.start),
            },
      ),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      specifier: text.slice(start, end).replace(/^['"`]|['"`]$/g, ''),
      names: [],
      line: lineAt(start),
    })),
  ];
  return { ...file, program, comments, code: withoutComments(text, comments), imports };
}

function withoutComments(text: string, comments: readonly Comment[]): string {
  let code = '';
  let end = 0;
  for (const comment of comments) {
    code += text.slice(end, comment.start);
    code += text.slice(comment.start, comment.end).replace(/[^\n]/g, ' ');
    end = comment.end;
  }
  return code + text.slice(end);
}
