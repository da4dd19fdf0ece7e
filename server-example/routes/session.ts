/**
 * Signing in and out. A page cannot put a token into the addresses that it opens, so it exchanges it
 * for a cookie that scripts cannot read.
 */
import { TLSSocket } from 'node:tls';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import type { Access } from '../access.ts';
import { type SessionState, sessionStateSchema } from '../api-schemas.ts';
import type { BodyReader } from '../body.ts';
import { addressOf, requirePermission } from '../gate.ts';
import { sessionSeconds } from '../sessions.ts';
import type { WrongTokens } from '../wrong-tokens.ts';
import {
  boundedBody,
  json,
  notAllowed,
  type RouteEnv,
  type Routes,
  tooMuch,
  wrongBody,
  wrongRequest,
} from './parts.ts';

export interface SessionRoutesOptions {
  readonly bodies: BodyReader;
  readonly access: Access;
  readonly wrongTokens: WrongTokens;
}

export function addSessionRoutes(app: Routes, options: SessionRoutesOptions): void {
  const { bodies, access, wrongTokens } = options;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/session',
      summary: 'Whether tokens are required, and what the token of this request may do',
      responses: { 200: json('What this request may do', sessionStateSchema) },
    }),
    (c) => {
      const caller = access.callerOf(c.env.incoming);
      const permissions = typeof caller === 'string' ? [] : [...caller.permissions];
      return c.json({ asks_for_token: access.asks, permissions } satisfies SessionState, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/session',
      middleware: boundedBody(bodies),
      summary: 'Sign in: exchange a token that may view for a cookie',
      request: {
        body: {
          required: true,
          content: { 'application/json': { schema: z.object({ token: z.string() }) } },
        },
      },
      responses: {
        204: { description: 'The cookie is in Set-Cookie' },
        ...wrongRequest,
        ...notAllowed,
        ...wrongBody,
        ...tooMuch,
      },
    }),
    async (c) => {
      const signedIn = access.signIn(c.req.valid('json').token);
      if (signedIn === 'wrong') return wrongTokens.refuse(addressOf(c.env.incoming));
      requirePermission(signedIn.caller, 'view');
      if (access.asks) setSessionCookie(c, signedIn.cookie, sessionSeconds);
      return c.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/session',
      summary: 'Sign out: the cookie becomes invalid',
      responses: { 204: { description: 'Signed out' } },
    }),
    (c) => {
      access.signOut(c.env.incoming);
      setSessionCookie(c, '', 0);
      return c.body(null, 204);
    },
  );
}

/**
 * Strict: no other site can make a browser send it, so no other site can act in its name. Over TLS,
 * ours or that of a proxy in front, it is not sent in the clear either.
 */
function setSessionCookie(c: Context<RouteEnv>, value: string, maxAge: number): void {
  const { headers, socket } = c.env.incoming;
  const secure =
    socket instanceof TLSSocket || /^https\b/.test(String(headers['x-forwarded-proto']));
  setCookie(c, 'session', value, {
    path: '/',
    maxAge,
    httpOnly: true,
    sameSite: 'Strict',
    secure,
  });
}
