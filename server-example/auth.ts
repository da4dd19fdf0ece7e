/**
 * Who may report, and who may look: bearer tokens from a file, and for the page a cookie that a
 * token was exchanged for. Without a token file everybody may do both, which is why the receiver
 * listens on the loopback alone unless told otherwise.
 *
 * A line of the file is a token that may do both, or `report TOKEN` or `view TOKEN`; `#` begins a
 * comment. The file is read again when it changes, so a token is withdrawn by removing its line.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';

export type Permission = 'report' | 'view';

export interface Access {
  /** True where no token is needed, or the request carries one that may do this. */
  allows(request: IncomingMessage, permission: Permission): boolean;
  /** The value of a cookie that lets a page in, or undefined for a token that may not look. */
  createSession(token: string): string | undefined;
  readonly sessionSeconds: number;
}

export const openAccess: Access = {
  allows: () => true,
  createSession: () => '',
  sessionSeconds: 0,
};

export interface TokenFileOptions {
  readonly path: string;
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

interface Token {
  /** Of a fixed length, so that comparing two takes the same time whatever they hold. */
  readonly digest: Buffer;
  readonly permissions: ReadonlySet<Permission>;
}

const sessionSeconds = 30 * 86_400;
/** Shorter tokens can be guessed over the network; `openssl rand -hex 16` gives 32 characters. */
const tokenLengthMin = 20;

/** Throws where the file cannot be read or holds no token: open doors must be a choice. */
export function createTokenAccess({ path, now, log }: TokenFileOptions): Access {
  let tokens = parseTokens(readFileSync(path, 'utf8'), path);
  let version = fileVersion(path);
  let lookedAt = now();

  /** At most once a second: a look at the file costs more than the rest of the check. */
  const current = (): readonly Token[] => {
    if (now() === lookedAt) return tokens;
    lookedAt = now();
    try {
      const found = fileVersion(path);
      if (found !== version) {
        version = found;
        tokens = parseTokens(readFileSync(path, 'utf8'), path);
        log(`tokens: ${path} was read again, ${tokens.length} tokens`);
      }
    } catch (error) {
      log(`tokens: the old ones stay: ${error instanceof Error ? error.message : String(error)}`);
    }
    return tokens;
  };

  const mayDo = (digest: Buffer, permission: Permission): boolean =>
    current().some(
      (token) => token.permissions.has(permission) && timingSafeEqual(token.digest, digest),
    );

  const allowsCookie = (cookie: string): boolean => {
    const [expiry, signature] = cookie.split('.');
    if (expiry === undefined || signature === undefined || !(Number(expiry) > now())) return false;
    const given = digestOf(signature);
    return current().some(
      (token) =>
        token.permissions.has('view') && timingSafeEqual(digestOf(sign(token, expiry)), given),
    );
  };

  return {
    sessionSeconds,
    allows: (request, permission) => {
      const token = tokenOf(request.headers.authorization ?? '');
      if (token !== undefined) return mayDo(digestOf(token), permission);
      const cookie = /(?:^|; *)session=([^;]*)/.exec(request.headers.cookie ?? '')?.[1];
      return permission === 'view' && cookie !== undefined && allowsCookie(cookie);
    },
    createSession: (given) => {
      const digest = digestOf(given);
      const token = current().find((one) => timingSafeEqual(one.digest, digest));
      if (token === undefined || !token.permissions.has('view')) return undefined;
      const expiry = String(now() + sessionSeconds);
      return `${expiry}.${sign(token, expiry)}`;
    },
  };
}

/**
 * Of `Bearer TOKEN`, or the password of `Basic`: what an agent of the original sends for a URL such
 * as http://agent:TOKEN@host/.
 */
function tokenOf(authorization: string): string | undefined {
  const [, scheme, value] = /^(Bearer|Basic) +(\S+) *$/i.exec(authorization) ?? [];
  if (value === undefined || scheme?.toLowerCase() === 'bearer') return value;
  return /^[^:]*:(.*)$/s.exec(Buffer.from(value, 'base64').toString())?.[1];
}

/** Signed with the token itself: a receiver keeps no sessions, and a withdrawn token ends them. */
function sign(token: Token, expiry: string): string {
  return createHmac('sha256', token.digest).update(`session ${expiry}`).digest('base64url');
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function fileVersion(path: string): string {
  const { mtimeMs, ino, size } = statSync(path);
  return `${mtimeMs} ${ino} ${size}`;
}

function parseTokens(text: string, path: string): readonly Token[] {
  const tokens = text.split('\n').flatMap((line, index): Token[] => {
    const words = line.replace(/#.*/, '').trim().split(/\s+/);
    const token = words.at(-1) ?? '';
    if (token === '') return [];
    const permissions = permissionsOf(words.slice(0, -1));
    if (permissions === undefined || token.length < tokenLengthMin) {
      throw new Error(
        `${path}, line ${index + 1}: must be [report|view] TOKEN, of ${tokenLengthMin} characters or more`,
      );
    }
    return [{ digest: digestOf(token), permissions: new Set(permissions) }];
  });
  if (tokens.length === 0) throw new Error(`${path}: holds no token`);
  return tokens;
}

function permissionsOf(words: readonly string[]): readonly Permission[] | undefined {
  const [word] = words;
  if (word === undefined) return ['report', 'view'];
  return words.length === 1 && (word === 'report' || word === 'view') ? [word] : undefined;
}
