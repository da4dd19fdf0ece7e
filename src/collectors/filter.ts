/**
 * Include and exclude patterns of processes, disks and interfaces.
 *
 * A pattern is a glob (glob.ts): `*` matches anything, a slash and a newline too, because process
 * names hold both (`kworker/0:1`); `?` one character, `[abc]` one of them, `{a,b}` either. A pattern
 * also matches the text that it spells exactly, so that `[kthreadd]` needs no escaping.
 */

/** True for what stays in the report. A thing with several names is asked about with all of them. */
export type Filter = (...names: readonly string[]) => boolean;

const everything: Filter = () => true;

export interface FilterOptions {
  /** As the names of Windows want it, which are the same in either case. */
  readonly ignoreCase?: boolean;
}

/**
 * What was compiled, by the very lists of the settings: a collector asks for its filter at each
 * sample, and compiling costs more than matching a hundred names.
 */
const compiled = new WeakMap<readonly string[], WeakMap<readonly string[], CompiledFilter>>();

interface CompiledFilter {
  readonly ignoreCase: boolean;
  readonly filter: Filter;
}

/**
 * A thing stays if one of its names matches an include (or there is none) and none of its names
 * matches an exclude. The same two lists are compiled once; they must not change afterwards.
 * Without any pattern nothing is loaded.
 */
export async function createFilter(
  include: readonly string[],
  exclude: readonly string[],
  { ignoreCase = false }: FilterOptions = {},
): Promise<Filter> {
  if (include.length === 0 && exclude.length === 0) return everything;
  const known = compiled.get(include)?.get(exclude);
  if (known?.ignoreCase === ignoreCase) return known.filter;

  const { compileGlob } = await import('./glob.ts');
  const folded = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const compile = (patterns: readonly string[]): ((name: string) => boolean) => {
    const exact = new Set(patterns.map(folded));
    const globs = patterns.map((pattern) => compileGlob(folded(pattern)));
    return remembered((name) => exact.has(name) || globs.some((matches) => matches(name)), folded);
  };
  const included = include.length === 0 ? everything : compile(include);
  const excluded = exclude.length === 0 ? () => false : compile(exclude);
  const filter: Filter = (...names) =>
    names.some((name) => included(name)) && !names.some(excluded);
  const byExclude = compiled.get(include) ?? new WeakMap<readonly string[], CompiledFilter>();
  compiled.set(include, byExclude.set(exclude, { ignoreCase, filter }));
  return filter;
}

/** Most names are the same from one sample to the next. */
const rememberedMax = 4096;

function remembered(
  matches: (name: string) => boolean,
  folded: (name: string) => string,
): (name: string) => boolean {
  const answers = new Map<string, boolean>();
  return (name) => {
    const known = answers.get(name);
    if (known !== undefined) return known;
    const answer = matches(folded(name));
    if (answers.size >= rememberedMax) answers.clear();
    answers.set(name, answer);
    return answer;
  };
}
