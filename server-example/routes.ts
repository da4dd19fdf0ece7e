/** Every address of the receiver in one table. */

import type { Api, ApiCall } from './api.ts';
import { type Access, openAccess, type Permission } from './auth.ts';
import type { BodyReader } from './body.ts';
import { HttpError, parseJson, sendEmpty, sendJson, sendText } from './http.ts';
import type { Live } from './live.ts';
import { type Metrics, metricsContentType } from './metrics.ts';
import { createOpenApi } from './openapi.ts';
import { loadPage } from './page.ts';
import type { Handler } from './protocol.ts';
import type { Route } from './router.ts';
import type { Store } from './store.ts';

export interface RoutesOptions {
  readonly store: Pick<Store, 'isRegistered'>;
  readonly bodies: BodyReader;
  readonly protocol: Handler;
  readonly api: Api;
  readonly live: Live;
  readonly metrics: Metrics;
  readonly access: Access;
}

export type ReceiverRoute = Route<ApiCall>;

export function createRoutes(options: RoutesOptions): readonly ReceiverRoute[] {
  const { protocol, api, live, metrics, access } = options;
  const openApi = createOpenApi();

  const view = (method: string, path: string, handle: ReceiverRoute['handle']): ReceiverRoute => ({
    method,
    path,
    handle,
    permission: 'view' satisfies Permission,
  });

  return [
    {
      method: 'POST',
      path: '/',
      permission: 'report',
      handle: ({ request, response }) => protocol(request, response),
    },
    // The page itself says nothing of any machine; what it shows comes from the API.
    ...loadPage().map(({ path, send }) => ({
      method: 'GET',
      path,
      handle: ({ request, response }: ApiCall) => send(request, response),
    })),
    {
      method: 'GET',
      path: '/api/openapi.json',
      handle: ({ response }) => sendJson(response, 200, openApi),
    },
    view('GET', '/api/systems', api.list),
    view('GET', '/api/systems/:id', api.detail),
    view('PUT', '/api/systems/:id', async (call) => {
      await api.put(call);
      live.changed(call.id);
    }),
    view('DELETE', '/api/systems/:id', api.forget),
    view('GET', '/api/systems/:id/history', api.history),
    view('GET', '/api/systems/:id/report', api.report),
    view('GET', '/api/events', ({ request, response }) =>
      live.subscribe(response, () => access.allows(request, 'view')),
    ),
    view('GET', '/metrics', async ({ response }) => {
      const text = metrics.render(await api.summaries(), live.listeners);
      sendText(response, 200, metricsContentType, text);
    }),
    {
      method: 'POST',
      path: '/api/session',
      handle: (call) => signIn(options, call),
    },
    {
      method: 'DELETE',
      path: '/api/session',
      handle: ({ response }) => {
        response.setHeader('set-cookie', sessionCookie('', 0));
        sendEmpty(response, 204);
      },
    },
    {
      method: 'GET',
      path: '/healthz',
      handle: async ({ response }) => {
        await options.store.isRegistered('');
        sendJson(response, 200, { ok: true });
      },
    },
  ];
}

/** A page cannot put a token into the addresses that it opens, so it exchanges it for a cookie. */
async function signIn(
  { access, bodies }: Pick<RoutesOptions, 'access' | 'bodies'>,
  { request, response }: ApiCall,
): Promise<void> {
  if (access === openAccess) {
    sendEmpty(response, 204);
    return;
  }
  const token = Object(parseJson(await bodies.readText(request, 4096))).token;
  const session = typeof token === 'string' ? access.createSession(token) : undefined;
  if (session === undefined) throw new HttpError(401, 'this token does not open this page');
  response.setHeader('set-cookie', sessionCookie(session, access.sessionSeconds));
  sendEmpty(response, 204);
}

/** Strict: no other site can make a browser send it, so no other site can act in its name. */
function sessionCookie(value: string, maxAgeSeconds: number): string {
  return `session=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`;
}
