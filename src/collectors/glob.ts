/**
 * Globs that are matched in a time that grows with the text alone. Names come from others: with a
 * regular expression one name and a pattern of three stars could hold the process for minutes.
 *
 *   pattern ─▶ tokens ─▶ tree ─▶ states ─▶ all states at once, one character after the other
 *
 * `*` anything, a slash and a newline too; `?` one character but no slash; `[abc]`, `[a-z]`, `[^a]`,
 * `[[:digit:]]` one of them; `{a,b}` or `(a|b)` either, `{a..e}` one of a row; `+(…)`, `*(…)`, `?(…)`,
 * `@(…)` as in bash; `\` and quotes make the next what it is; `!` in front turns a pattern around.
 */

/** Of nested groups; what is deeper is spelled text. */
const depthMax = 32;

type Test = (character: string) => boolean;

type Token =
  | { readonly kind: 'one'; readonly test: Test; readonly text: string }
  | { readonly kind: 'star' }
  | { readonly kind: 'tree'; readonly tree: Tree }
  | { readonly kind: 'mark'; readonly text: string; readonly before: string };

type Tree =
  | { readonly kind: 'one'; readonly test: Test }
  | { readonly kind: 'all'; readonly trees: readonly Tree[] }
  | { readonly kind: 'either'; readonly trees: readonly Tree[] }
  | {
      readonly kind: 'repeated';
      readonly tree: Tree;
      readonly least: 0 | 1;
      readonly most: number;
    };

/** Answers whether the whole text matches. */
export function compileGlob(pattern: string): (text: string) => boolean {
  const marks = /^!*/.exec(pattern)?.[0].length ?? 0;
  const machine = createMachine(treeOf(tokensOf(pattern.slice(marks))));
  return marks % 2 === 1 ? (text) => !machine(text) : machine;
}

function literal(character: string): Token {
  return { kind: 'one', test: (one) => one === character, text: character };
}

/** Everything but the groups is decided here. */
function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const part = /\\(.)|"([^"]*)"|\[(\^?\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]|([@?+*]?)\(|\*+|./gsu;
  for (const match of pattern.matchAll(part)) {
    const [text, escaped, quoted, set, quantity] = match;
    if (escaped !== undefined) tokens.push(literal(escaped));
    else if (quoted !== undefined) tokens.push(...[...quoted].map(literal));
    else if (set !== undefined) tokens.push({ kind: 'tree', tree: setOf(set) });
    else if (quantity !== undefined) tokens.push({ kind: 'mark', text: '(', before: quantity });
    else if (text.startsWith('*')) tokens.push({ kind: 'star' });
    else if (text === '?') tokens.push({ kind: 'one', test: (one) => one !== '/', text });
    else if ('{},|)'.includes(text)) tokens.push({ kind: 'mark', text, before: '' });
    else tokens.push(literal(text));
  }
  return tokens;
}

const namedSets: Readonly<Record<string, string>> = {
  alnum: 'a-zA-Z0-9',
  alpha: 'a-zA-Z',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\s',
  upper: 'A-Z',
  word: 'A-Za-z0-9_',
  xdigit: 'A-Fa-f0-9',
};

/** One of a set, or the very text with its brackets where it holds nothing special. */
function setOf(set: string): Tree {
  const isNegated = set.startsWith('^');
  const inside = (isNegated ? set.slice(1) : set).replace(
    /\[:([a-z]+):\]|\\(.)|([[\]\\^])/gsu,
    (text, name: string | undefined, escaped: string | undefined) =>
      (name === undefined ? undefined : namedSets[name]) ??
      `\\u{${(escaped ?? text).codePointAt(0)?.toString(16)}}`,
  );
  const spelled = spelledTree(`[${set}]`);
  const expression = setExpression(isNegated ? `^/${inside}` : inside);
  if (expression === undefined) return spelled;
  const one: Tree = { kind: 'one', test: (character) => expression.test(character) };
  return /[-*+?.^${}(|)[\]\\]/.test(set) ? one : { kind: 'either', trees: [one, spelled] };
}

/** Looks at one character, and so cannot take long. Undefined for a row that runs backwards. */
function setExpression(inside: string): RegExp | undefined {
  try {
    return new RegExp(`^[${inside}]$`, 'su');
  } catch {
    return undefined;
  }
}

function spelledTree(text: string): Tree {
  return { kind: 'all', trees: [...text].map((one) => ({ kind: 'one', test: (c) => c === one })) };
}

const closing: Readonly<Record<string, string>> = { '{': '}', '(': ')' };

interface Groups {
  /** From the place of an opening mark to that of its closing one. */
  readonly ends: ReadonlyMap<number, number>;
  /** Places of the commas and bars that part a group. */
  readonly parted: ReadonlySet<number>;
}

/** What belongs together; a mark without its partner is spelled text. */
function groupsOf(tokens: readonly Token[]): Groups {
  const open: { readonly at: number; readonly text: string; readonly parted: number[] }[] = [];
  const ends = new Map<number, number>();
  const parted = new Set<number>();
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'mark') continue;
    const { text } = token;
    const last = open.at(-1);
    if (text === '{' || text === '(') {
      if (open.length < depthMax) open.push({ at, text, parted: [] });
    } else if (text === (last?.text === '{' ? ',' : '|')) {
      last?.parted.push(at);
    } else if (last !== undefined && text === closing[last.text]) {
      open.pop();
      const isGroup = last.text === '(' || last.parted.length > 0 || isRow(tokens, last.at, at);
      if (!isGroup) continue;
      ends.set(last.at, at);
      for (const place of last.parted) parted.add(place);
    }
  }
  return { ends, parted };
}

/** `{a..e}` */
function isRow(tokens: readonly Token[], start: number, end: number): boolean {
  const [first, dot, otherDot, last] = tokens.slice(start + 1, end).map(textOf);
  return end - start === 5 && dot === '.' && otherDot === '.' && first !== '' && last !== '';
}

function textOf(token: Token): string {
  return token.kind === 'one' ? token.text : '';
}

function treeOf(tokens: readonly Token[]): Tree {
  const { ends, parted } = groupsOf(tokens);

  function between(start: number, end: number): Tree {
    const branches: Tree[][] = [[]];
    for (let at = start; at < end; at += 1) {
      const token = tokens[at];
      const groupEnd = ends.get(at);
      if (token === undefined) continue;
      if (parted.has(at)) branches.push([]);
      else branches.at(-1)?.push(groupEnd === undefined ? leaf(token) : group(token, at, groupEnd));
      if (groupEnd !== undefined) at = groupEnd;
    }
    const trees = branches.map((branch): Tree => ({ kind: 'all', trees: branch }));
    return { kind: 'either', trees };
  }

  function group(token: Token, start: number, end: number): Tree {
    if (isRow(tokens, start, end)) {
      const [first, , , last] = tokens.slice(start + 1, end).map(textOf);
      return setOf(`${first}-${last}`);
    }
    const tree = between(start + 1, end);
    const before = token.kind === 'mark' ? token.before : '';
    if (before === '' || before === '@') return tree;
    const most = before === '?' ? 1 : Number.POSITIVE_INFINITY;
    return { kind: 'repeated', tree, least: before === '+' ? 1 : 0, most };
  }

  return between(0, tokens.length);
}

function leaf(token: Token): Tree {
  switch (token.kind) {
    case 'one':
      return token;
    case 'tree':
      return token.tree;
    case 'star': {
      const tree: Tree = { kind: 'one', test: () => true };
      return { kind: 'repeated', tree, least: 0, most: Number.POSITIVE_INFINITY };
    }
    case 'mark':
      return spelledTree(token.before + token.text);
  }
}

/** One that reads a character, or one that goes on to others at once. */
interface State {
  readonly test: Test | undefined;
  readonly next: number[];
}

/** Thompson's machine: every state is entered once for each character at most. */
function createMachine(tree: Tree): (text: string) => boolean {
  const states: State[] = [{ test: undefined, next: [] }];
  const end = 0;
  const start = build(tree, end);

  function add(test: Test | undefined, next: number[]): number {
    return states.push({ test, next }) - 1;
  }

  function build(one: Tree, next: number): number {
    switch (one.kind) {
      case 'one':
        return add(one.test, [next]);
      case 'all':
        return one.trees.reduceRight((after, part) => build(part, after), next);
      case 'either':
        return one.trees.length === 1 && one.trees[0] !== undefined
          ? build(one.trees[0], next)
          : add(
              undefined,
              one.trees.map((part) => build(part, next)),
            );
      case 'repeated': {
        if (one.most === 1) return add(undefined, [build(one.tree, next), next]);
        const again: number[] = [next];
        const loop = add(undefined, again);
        const body = build(one.tree, loop);
        again.push(body);
        return one.least === 1 ? body : loop;
      }
    }
  }

  return (text) => {
    const entered = new Int32Array(states.length).fill(-1);
    let current = closure([start], states, entered, 0);
    let step = 0;
    for (const character of text) {
      step += 1;
      const next: number[] = [];
      for (const place of current) {
        const state = states[place];
        if (state?.test?.(character) === true) next.push(...state.next);
      }
      if (next.length === 0) return false;
      current = closure(next, states, entered, step);
    }
    return entered[end] === step;
  };
}

/** The places and all that they lead to without a character. Each is taken once in a step. */
function closure(
  places: number[],
  states: readonly State[],
  entered: Int32Array,
  step: number,
): number[] {
  const waiting = places;
  const reached: number[] = [];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (entered[place] === step) continue;
    entered[place] = step;
    const state = states[place];
    if (state === undefined) continue;
    if (state.test === undefined) waiting.push(...state.next);
    else reached.push(place);
  }
  return reached;
}
