/** What is asked of the receiver itself: its events, its metrics, its health. */
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createRoute, z } from '@hono/zod-openapi';
import type { Access } from '../access.ts';
import type { FleetReader } from '../fleet.ts';
import type { Gate } from '../gate.ts';
import type { Health } from '../health.ts';
import type { Live } from '../live.ts';
import { type Metrics, metricsContentType } from '../metrics.ts';
import { json, needs, notAllowed, notNow, type Routes } from './parts.ts';

export interface ServiceRoutesOptions {
  readonly access: Access;
  readonly gate: Gate;
  readonly fleet: FleetReader;
  readonly live: Live;
  readonly metrics: Metrics;
  readonly health: Health;
}

export function addServiceRoutes(app: Routes, options: ServiceRoutesOptions): void {
  const { access, fleet, live, metrics, health } = options;
  const middleware = needs(options.gate, 'view');
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/events',
      middleware,
      summary: 'Server-sent events: `systems` with those that have reported, at most once a second',
      responses: {
        200: { description: 'A stream', content: { 'text/event-stream': { schema: z.string() } } },
        ...notAllowed,
        ...notNow,
      },
    }),
    (c) => {
      const { incoming, outgoing } = c.env;
      live.subscribe(outgoing, () => {
        const caller = access.callerOf(incoming);
        return typeof caller !== 'string' && caller.permissions.has('view');
      });
      return RESPONSE_ALREADY_SENT;
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/metrics',
      middleware,
      summary: 'The receiver’s figures and each machine’s newest, for Prometheus',
      responses: {
        200: { description: 'Text', content: { 'text/plain': { schema: z.string() } } },
        ...notAllowed,
      },
    }),
    async (c) => {
      const text = await metrics.render(fleet.all(), live.listeners);
      return c.body(text, 200, { 'content-type': metricsContentType });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/healthz',
      summary: 'Whether a report could be stored now; no token is needed',
      responses: { 200: json('It could', z.object({ ok: z.literal(true) })), ...notNow },
    }),
    async (c) => {
      await health.check();
      return c.json({ ok: true } as const, 200);
    },
  );
}
