/**
 * Every address of the receiver, by Hono (https://hono.dev). A route is written with its schemas, and
 * openapi.json is made of the very same; routes/ has them by what they are about.
 *
 *   POST /            the protocol                       protocol.ts, below the framework
 *   GET  /, /assets/… the page                           page.ts, web/
 *   GET  /api/…       what the page is made of           routes/systems.ts
 *        /api/session signing in and out                 routes/session.ts
 *   GET  /api/events, /metrics, /healthz                 routes/service.ts
 */
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { compress } from 'hono/compress';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { checkSystemIdRequestSchema, checkUrlRequestSchema } from '../src/wire/requests.ts';
import type { HostGuard } from './host-guard.ts';
import { answerHeaders, HttpError, toHttpError } from './http.ts';
import { loadPage } from './page.ts';
import type { Handler } from './protocol.ts';
import type { Log } from './quiet-log.ts';
import { describeIssue, reportSchema } from './report.ts';
import {
  notAllowed,
  notNow,
  type RouteEnv,
  type Routes,
  tooManyOfSecond,
  tooMuch,
  wrongBody,
  wrongRequest,
} from './routes/parts.ts';
import { addServiceRoutes, type ServiceRoutesOptions } from './routes/service.ts';
import { addSessionRoutes, type SessionRoutesOptions } from './routes/session.ts';
import { addSystemRoutes, type SystemRoutesOptions } from './routes/systems.ts';

export interface AppOptions
  extends SystemRoutesOptions,
    SessionRoutesOptions,
    ServiceRoutesOptions {
  readonly protocol: Handler;
  readonly hostGuard: HostGuard;
  readonly log: Log;
}

/** Answers everything; `POST /` without a detour through the framework. */
export function createApp(options: AppOptions): ReturnType<typeof getRequestListener> {
  const app: Routes = new OpenAPIHono<RouteEnv>({
    defaultHook: (result) => {
      if (!result.success) throw new HttpError(400, describeIssue(result.error));
    },
  });
  app.onError((error) => toResponse(toHttpError(error, options.log)));
  app.notFound((c) => toResponse(new HttpError(404, `there is nothing at ${c.req.path}`)));
  addForAll(app, options.hostGuard);
  addProtocol(app, options.protocol);
  addPage(app);
  addSystemRoutes(app, options);
  addSessionRoutes(app, options);
  addServiceRoutes(app, options);
  addDescription(app);
  return getRequestListener(app.fetch, {
    // For HTTP/1.0, which need not name the host that it asks.
    hostname: 'localhost',
    overrideGlobalObjects: false,
    errorHandler: (error) =>
      toResponse(new HttpError(400, error instanceof Error ? error.message : 'no such address')),
  });
}

function toResponse({ status, message, headers }: HttpError): Response {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  return new Response(JSON.stringify({ error: message }), {
    status,
    headers: { ...json, ...answerHeaders, ...headers },
  });
}

function addForAll(app: Routes, hostGuard: HostGuard): void {
  app.use(async (c, next) => {
    hostGuard.check(c.env.incoming);
    await next();
  });
  for (const path of ['/api/*', '/metrics', '/healthz']) {
    // A list of a large fleet is megabytes.
    app.use(path, compress({ encoding: 'gzip' }));
    app.use(path, async (c, next) => {
      for (const [name, value] of Object.entries(answerHeaders)) c.header(name, value);
      await next();
    });
  }
  // Last, because it puts its own answer in the place of another, whose coding would stay with it.
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        toResponse(
          new HttpError(405, `${c.req.method} is not answered here`, { allow: methods.join(', ') }),
        ),
    }),
  );
}

/** Described here and answered below the framework; only other methods on `/` come this way. */
function addProtocol(app: Routes, protocol: Handler): void {
  app.post('/', async (c) => {
    await protocol(c.env.incoming, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  const request = z.discriminatedUnion('action', [
    checkUrlRequestSchema,
    checkSystemIdRequestSchema,
    reportSchema,
  ]);
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/',
    summary: 'The protocol: check_url, check_system_id, send_stats',
    request: {
      body: { required: true, content: { 'application/json': { schema: request } } },
    },
    responses: {
      200: { description: 'check_system_id: registered. send_stats: the report is on disk' },
      202: { description: 'check_url: this server speaks the protocol' },
      204: { description: 'check_system_id: not registered' },
      ...wrongRequest,
      ...notAllowed,
      ...tooManyOfSecond,
      ...wrongBody,
      ...tooMuch,
      ...notNow,
    },
  });
}

/** The page itself says nothing of any machine; what it shows comes from the API. */
function addPage(app: Routes): void {
  for (const { path, answer } of loadPage()) {
    app.get(path, (c) => answer(c.req.header('if-none-match')));
  }
}

/** https://spec.openapis.org/oas/v3.1.1, made once all routes are there. */
function addDescription(app: Routes): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
  });
  const description = app.getOpenAPI31Document({
    openapi: '3.1.1',
    info: {
      title: 'System Monitor receiver',
      version: '1',
      description:
        'Receives the reports of system-monitor agents at `POST /`, and offers what they say under `/api`. Times are whole seconds since 1970.',
    },
    // Both, because tokens are asked for only where a token file was given.
    security: [{}, { token: [] }],
  });
  app.get('/api/openapi.json', (c) => c.json(description));
}
