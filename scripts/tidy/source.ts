/** The project's own source files, parsed once for every rule. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Comment, type ParseResult, parseSync } from 'oxc-parser';

export interface SourceFile {
  /** From the top of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: ParseResult['program'];
  readonly comments: readonly Comment[];
  readonly imports: readonly { readonly specifier: string; readonly line: number }[];
  /** The line, from 1, in which the character at `offset` stands. */
  lineAt(offset: number): number;
}

export interface Complaint {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly what: string;
}

/** Tracked and new files alike, as they lie in the working tree; what git ignores is left out. */
export function listFiles(top: string, patterns: readonly string[]): readonly string[] {
  const output = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns],
    { cwd: top, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const names = new Set(output.split('\0').filter((name) => name !== ''));
  return [...names].filter((name) => existsSync(join(top, name))).sort();
}

export function parseSource(path: string, text: string): SourceFile {
  const { program, comments, module, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1))
    lineStarts.push(at + 1);
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  const reExports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest])),
  );
  const imports = [
    ...[...module.staticImports.map(({ moduleRequest }) => moduleRequest), ...reExports].map(
      ({ value, start }) => ({ specifier: value, line: lineAt(start) }),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      specifier: text.slice(start, end).replace(/^['"`]|['"`]$/g, ''),
      line: lineAt(start),
    })),
  ];
  return { path, text, program, comments, imports, lineAt };
}
