/**
 * What a page carries in place of its token: a cookie, `<expiry>.<number>.<signature>`, signed with
 * the token itself. So a receiver keeps no sessions, several receivers over one store know each
 * other's, and a withdrawn token ends them all.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Token } from './tokens.ts';

export interface Sessions {
  /** The value of a cookie. */
  create(token: Token): string;
  /** The token that a cookie was made of, where it holds. */
  tokenOf(cookie: string, tokens: ReadonlyMap<string, Token>): Token | undefined;
  /** A cookie that was signed out of does not hold any more, whoever kept a copy. */
  end(cookie: string): void;
}

export const sessionSeconds = 30 * 86_400;
/** Those that were ended are remembered until they expire, or so many others were ended since. */
const endedMax = 10_000;

/** `now` is in whole seconds since 1970. */
export function createSessions(now: () => number): Sessions {
  const ended = new Set<string>();
  return {
    create: (token) => {
      const claim = `${now() + sessionSeconds}.${randomBytes(12).toString('base64url')}`;
      return `${claim}.${sign(token, claim)}`;
    },
    tokenOf: (cookie, tokens) => {
      const [, claim, expiry, signature] = /^((\d+)\.[\w-]+)\.([\w-]+)$/.exec(cookie) ?? [];
      if (claim === undefined || signature === undefined) return undefined;
      if (!(Number(expiry) > now()) || ended.has(claim)) return undefined;
      const given = Buffer.from(signature);
      for (const token of tokens.values()) {
        // Of a fleet's many tokens few may look.
        if (!token.permissions.has('view')) continue;
        const right = Buffer.from(sign(token, claim));
        if (right.length === given.length && timingSafeEqual(right, given)) return token;
      }
      return undefined;
    },
    end: (cookie) => {
      const claim = cookie.split('.').slice(0, 2).join('.');
      ended.add(claim);
      const [oldest] = ended;
      if (ended.size > endedMax && oldest !== undefined) ended.delete(oldest);
    },
  };
}

function sign(token: Token, claim: string): string {
  return createHmac('sha256', Buffer.from(token.digest, 'hex'))
    .update(`session ${claim}`)
    .digest('base64url');
}
