/**
 * Who asks, and what he may do: a bearer token from a file, or for the page a cookie that a token was
 * exchanged for. Without a token file everybody may do everything, which is why the receiver listens
 * on the loopback alone unless told otherwise.
 */
import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createSessions } from './sessions.ts';
import { digestOf, parseTokens, permissions, type Token } from './tokens.ts';

export interface Caller extends Omit<Token, 'digest'> {
  /** Tells one token from another in counts and bounds; empty where none is asked for. */
  readonly key: string;
}

export interface Access {
  /** Whether a token is asked for. */
  readonly asks: boolean;
  /** `none`: a token is needed and there is none. `wrong`: nobody has this one. */
  callerOf(request: IncomingMessage): Caller | 'none' | 'wrong';
  /** The token itself: who has it, and the value of a cookie for him. */
  signIn(token: string): { readonly caller: Caller; readonly cookie: string } | 'wrong';
  signOut(request: IncomingMessage): void;
}

const everybody: Caller = {
  key: '',
  permissions: new Set(permissions),
  mayReportAs: () => true,
  systemsMax: Number.POSITIVE_INFINITY,
};

export const openAccess: Access = {
  asks: false,
  callerOf: () => everybody,
  signIn: () => ({ caller: everybody, cookie: '' }),
  signOut: () => {},
};

export interface TokenFileOptions {
  readonly path: string;
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

/**
 * The file is read again when it changes, so a token is withdrawn by removing its line. Throws where
 * it cannot be read or holds no token.
 */
export function createTokenAccess(options: TokenFileOptions): Access {
  const current = watchTokens(options);
  const sessions = createSessions(options.now);

  const tokenOf = (request: IncomingMessage): Token | 'none' | 'wrong' => {
    const secret = secretOf(request.headers.authorization ?? '');
    if (secret !== undefined) return current().get(digestOf(secret)) ?? 'wrong';
    const cookie = cookieOf(request);
    return (cookie === undefined ? undefined : sessions.tokenOf(cookie, current())) ?? 'none';
  };

  return {
    asks: true,
    callerOf: (request) => {
      const token = tokenOf(request);
      return typeof token === 'string' ? token : toCaller(token);
    },
    signIn: (secret) => {
      const token = current().get(digestOf(secret));
      if (token === undefined) return 'wrong';
      return { caller: toCaller(token), cookie: sessions.create(token) };
    },
    signOut: (request) => {
      const cookie = cookieOf(request);
      if (cookie !== undefined && sessions.tokenOf(cookie, current()) !== undefined) {
        sessions.end(cookie);
      }
    },
  };
}

function toCaller({ digest, ...rest }: Token): Caller {
  return { ...rest, key: digest.slice(0, 16) };
}

/** At most once a second: a look at the file costs more than the rest of the check. */
function watchTokens({ path, now, log }: TokenFileOptions): () => ReadonlyMap<string, Token> {
  let tokens = parseTokens(readFileSync(path, 'utf8'), path);
  let version = fileVersion(path);
  let lookedAt = now();
  return () => {
    if (now() === lookedAt) return tokens;
    lookedAt = now();
    try {
      const found = fileVersion(path);
      if (found !== version) {
        version = found;
        tokens = parseTokens(readFileSync(path, 'utf8'), path);
        log(`tokens: ${path} was read again; it has ${tokens.size}`);
      }
    } catch (error) {
      log(
        `tokens: the old ones stay in use: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    return tokens;
  };
}

function fileVersion(path: string): string {
  const { mtimeMs, ino, size } = statSync(path);
  return `${mtimeMs} ${ino} ${size}`;
}

/**
 * Of `Bearer TOKEN`, or the password of `Basic`: what an agent of the original sends for a URL such
 * as http://agent:TOKEN@host/.
 */
function secretOf(authorization: string): string | undefined {
  const [, scheme, value] = /^(Bearer|Basic) +(\S+) *$/i.exec(authorization) ?? [];
  if (value === undefined || scheme?.toLowerCase() === 'bearer') return value;
  return /^[^:]*:(.*)$/s.exec(Buffer.from(value, 'base64').toString())?.[1];
}

function cookieOf(request: IncomingMessage): string | undefined {
  return /(?:^|; *)session=([^;]*)/.exec(request.headers.cookie ?? '')?.[1];
}
