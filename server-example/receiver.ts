/**
 * The receiver: routes over a store.
 *
 *   POST /            the protocol                       protocol.ts → intake.ts → store
 *   GET  /            the page                           page.ts, web/
 *   GET  /api/…       what the page is made of           api.ts → store
 *   GET  /api/events  live updates                       live.ts
 *   GET  /healthz     whether the store answers
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiRequest, createApi } from './api.ts';
import { HttpError, sendJson } from './http.ts';
import { createIntake, Overloaded } from './intake.ts';
import { createLive } from './live.ts';
import { loadPage } from './page.ts';
import { createProtocol } from './protocol.ts';
import { findRoute, type Route } from './router.ts';
import { type Store, StoreUnavailable } from './store.ts';

export interface ReceiverOptions {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: (line: string) => void;
  /** Whether the first report of an unknown id registers it. */
  readonly openRegistration?: boolean;
  readonly bodyBytesMax?: number;
}

export interface Receiver {
  /** Resolves with the address in use, such as `http://127.0.0.1:5000/`. Port 0 takes a free one. */
  listen(host: string, port: number): Promise<string>;
  /** Finishes the requests in hand and stores what they brought. The store stays open. */
  close(): Promise<void>;
}

/** A report of 20 000 processes is about 1.5 MB. */
const bodyBytesMaxDefault = 8 * 1024 * 1024;
const retryAfterSeconds = 10;

export function createReceiver(options: ReceiverOptions): Receiver {
  const { store } = options;
  const now = (): number => Math.floor(options.now() / 1000);
  const intake = createIntake({ store });
  const api = createApi({ store, now });
  const live = createLive({ summaries: api.summaries });
  const protocol = createProtocol({
    store,
    intake,
    now,
    bodyBytesMax: options.bodyBytesMax ?? bodyBytesMaxDefault,
    openRegistration: options.openRegistration ?? true,
    onStored: (systemId) => live.changed(systemId),
  });

  const routes: readonly Route<ApiRequest>[] = [
    { method: 'POST', path: '/', handle: ({ request, response }) => protocol(request, response) },
    ...loadPage().map(({ path, send }) => ({
      method: 'GET',
      path,
      handle: ({ request, response }: ApiRequest) => send(request, response),
    })),
    { method: 'GET', path: '/api/systems', handle: api.list },
    { method: 'GET', path: '/api/systems/:id', handle: api.detail },
    { method: 'PUT', path: '/api/systems/:id', handle: api.register },
    { method: 'DELETE', path: '/api/systems/:id', handle: api.forget },
    { method: 'GET', path: '/api/systems/:id/history', handle: api.history },
    { method: 'GET', path: '/api/systems/:id/report', handle: api.report },
    { method: 'GET', path: '/api/events', handle: ({ response }) => live.subscribe(response) },
    {
      method: 'GET',
      path: '/healthz',
      handle: async ({ response }) => {
        await store.isRegistered('');
        sendJson(response, 200, { ok: true });
      },
    },
  ];

  const server = createServer((request, response) => {
    void answer(routes, request, response).catch((error: unknown) =>
      answerError(error, response, options.log),
    );
  });
  // A slow sender holds a socket and no more; half a minute is the agent's own limit.
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;

  return {
    listen: (host, port) => listen(server, host, port),
    close: async () => {
      live.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await intake.drain();
      // Whoever is still sending after this keeps the report: it got no 200.
      const deadline = setTimeout(() => server.closeAllConnections(), 1000);
      await closed;
      clearTimeout(deadline);
      await intake.drain();
    },
  };
}

async function answer(
  routes: readonly Route<ApiRequest>[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/';
  const questionMark = url.indexOf('?');
  const path = questionMark === -1 ? url : url.slice(0, questionMark);
  const found = findRoute(routes, request.method ?? 'GET', path);
  if (found.kind === 'missing') throw new HttpError(404, `there is nothing at ${path}`);
  if (found.kind === 'method') {
    throw new HttpError(405, `${request.method} is not answered here`, {
      allow: found.allow.join(', '),
    });
  }
  const query = new URLSearchParams(questionMark === -1 ? '' : url.slice(questionMark));
  await found.route.handle({ request, response, query, id: found.id });
}

/** One table from what went wrong to a status. */
function answerError(error: unknown, response: ServerResponse, log: (line: string) => void): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (error instanceof HttpError) {
    sendJson(response, error.status, { error: error.message }, error.headers);
    return;
  }
  if (error instanceof Overloaded || error instanceof StoreUnavailable) {
    log(error.message);
    sendJson(response, 503, { error: error.message }, { 'retry-after': String(retryAfterSeconds) });
    return;
  }
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  sendJson(response, 500, { error: 'the receiver failed; its log says why' });
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(addressText(server.address()));
    });
  });
}

function addressText(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') return String(address);
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}/`;
}
