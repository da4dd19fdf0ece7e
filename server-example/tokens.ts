/**
 * The token file. A line is what a token may do, and the token, which stands last; `#` begins a
 * comment. Without a word a token may do everything.
 *
 *   report 5f0c…                            any machine may report with it
 *   report id=web-* id=db-1 77d1…           those machines alone
 *   report systems=50 0a3c…                 at most so many
 *   view 91ab…                              may look
 *   manage c2e4…                            may look, register, name and forget
 *   report view e0f1…                       both
 */
import { createHash } from 'node:crypto';

/** `manage` changes what is stored, and comes with `view`. */
export const permissions = ['report', 'view', 'manage'] as const;
export type Permission = (typeof permissions)[number];

export interface Token {
  /** SHA-256 of the token, hexadecimal: nobody who sees it has the token. */
  readonly digest: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Whether it may report under this id. */
  readonly mayReportAs: (systemId: string) => boolean;
  /** Ids that may be registered among those that it may report as. */
  readonly systemsMax: number;
}

/** Shorter tokens can be guessed over the network; `openssl rand -hex 16` gives 32 characters. */
const tokenLengthMin = 20;

export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** By their digests. Throws where a line is wrong, or no token is there: open doors must be a choice. */
export function parseTokens(text: string, path: string): ReadonlyMap<string, Token> {
  const tokens = new Map<string, Token>();
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/);
    const secret = words.pop() ?? '';
    if (secret === '') continue;
    try {
      const token = parseLine(words, secret);
      tokens.set(token.digest, token);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${path}, line ${index + 1}: ${reason}`);
    }
  }
  if (tokens.size === 0) throw new Error(`${path}: there is no token in it`);
  return tokens;
}

function parseLine(words: readonly string[], secret: string): Token {
  const allowed = permissions.filter((permission) => words.includes(permission));
  const patterns: ((systemId: string) => boolean)[] = [];
  let systemsMax = Number.POSITIVE_INFINITY;
  for (const word of words) {
    const [, key, value = ''] = /^(id|systems)=(.+)$/.exec(word) ?? [];
    if (key === 'id') patterns.push(patternOf(value));
    else if (key === 'systems' && /^[1-9]\d{0,8}$/.test(value)) systemsMax = Number(value);
    else if (!permissions.some((permission) => permission === word)) throw new Error(expected);
  }
  if (secret.length < tokenLengthMin || /^(id|systems)=/.test(secret)) throw new Error(expected);
  const isBound = patterns.length > 0 || systemsMax !== Number.POSITIVE_INFINITY;
  if (isBound && !allowed.includes('report')) {
    throw new Error('id= and systems= need the permission report before them');
  }
  const granted = new Set<Permission>(words.length === 0 ? permissions : allowed);
  if (granted.has('manage')) granted.add('view');
  return {
    digest: digestOf(secret),
    permissions: granted,
    mayReportAs: (id) => patterns.length === 0 || patterns.some((matches) => matches(id)),
    systemsMax,
  };
}

const expected = `must be [report] [view] [manage] [id=PATTERN…] [systems=N] TOKEN, the token of ${tokenLengthMin} characters or more`;

/** `*` stands for any text; what would end a word or begin a comment is percent-encoded. */
function patternOf(text: string): (systemId: string) => boolean {
  const [first = '', ...rest] = text.split('*').map((part) => decodeURIComponent(part));
  const last = rest.pop();
  if (last === undefined) return (id) => id === first;
  return (id) => {
    if (id.length < first.length + last.length) return false;
    if (!id.startsWith(first) || !id.endsWith(last)) return false;
    let from = first.length;
    for (const part of rest) {
      const at = id.indexOf(part, from);
      if (at === -1) return false;
      from = at + part.length;
    }
    return from <= id.length - last.length;
  };
}
