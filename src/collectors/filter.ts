/**
 * Include and exclude patterns of processes, disks and interfaces.
 *
 * A pattern is a glob (picomatch's): `*` matches anything, a slash and a newline too, because
 * process names hold both (`kworker/0:1`); `?` one character, `[abc]` one of them, `{a,b}` either.
 * A pattern also matches the text that it spells exactly, so that `[kthreadd]` needs no escaping.
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

  const { default: picomatch } = await import('picomatch');
  const compile = (patterns: readonly string[]): ((name: string) => boolean) => {
    const folded = (name: string): string => (ignoreCase ? name.toLowerCase() : name);
    const exact = new Set(patterns.map(folded));
    const matches = picomatch([...patterns], {
      // A single star crosses slashes, and with `s` newlines.
      bash: true,
      flags: ignoreCase ? 'is' : 's',
      dot: true,
      // A backslash is what it is everywhere, not a slash on one system.
      windows: false,
    });
    return (name) => exact.has(folded(name)) || matches(name);
  };
  const included = include.length === 0 ? everything : compile(include);
  const excluded = exclude.length === 0 ? () => false : compile(exclude);
  const filter: Filter = (...names) =>
    names.some((name) => included(name)) && !names.some(excluded);
  const byExclude = compiled.get(include) ?? new WeakMap<readonly string[], CompiledFilter>();
  compiled.set(include, byExclude.set(exclude, { ignoreCase, filter }));
  return filter;
}
