/**
 * The receiver: an HTTP server over a store.
 *
 *   POST /            the protocol                       protocol.ts → intake.ts → store
 *   GET  /            the page                           page.ts, web/
 *   GET  /api/…       what the page is made of           api.ts → store
 *   GET  /api/events  live updates                       live.ts
 *
 * routes.ts has them all.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi } from './api.ts';
import { type Access, openAccess } from './auth.ts';
import { createBodyReader } from './body.ts';
import { createHostGuard } from './host-guard.ts';
import { HttpError, sendJson } from './http.ts';
import { createIntake, Overloaded } from './intake.ts';
import { createLive } from './live.ts';
import { createMetrics } from './metrics.ts';
import { createProtocol } from './protocol.ts';
import { createQuietLog, type Log } from './quiet-log.ts';
import { createRetention } from './retention.ts';
import { findRoute } from './router.ts';
import { createRoutes, type ReceiverRoute } from './routes.ts';
import { type Store, StoreUnavailable } from './store.ts';

export interface ReceiverOptions {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: (line: string) => void;
  /** Whether the first report of an unknown id registers it; true by default. */
  readonly openRegistration?: boolean;
  /** Who may report and who may look; everybody by default. */
  readonly access?: Access;
  /** Names under which browsers may reach a receiver on the loopback, besides its own. */
  readonly allowedHosts?: readonly string[];
  readonly keepReportsDays?: number;
  readonly keepHourlyDays?: number;
  readonly bodyBytesMax?: number;
}

export interface Receiver {
  /** Resolves with the address in use, such as `http://127.0.0.1:5000/`. Port 0 takes a free one. */
  listen(host: string, port: number): Promise<string>;
  /** Finishes the requests in hand and stores what they brought. The store stays open. */
  close(): Promise<void>;
}

export const keepReportsDaysDefault = 14;
export const keepHourlyDaysDefault = 730;
/** A report of 20 000 processes is about 1.5 MB. */
const bodyBytesMaxDefault = 8 * 1024 * 1024;
const retryAfterSeconds = 10;

export function createReceiver(options: ReceiverOptions): Receiver {
  const { store } = options;
  const now = (): number => Math.floor(options.now() / 1000);
  const log = createQuietLog({ log: options.log, now });
  const access = options.access ?? openAccess;
  const bodies = createBodyReader();
  const intake = createIntake({ store, concurrentBatches: store.concurrentInserts });
  const metrics = createMetrics();
  const api = createApi({ store, bodies, now });
  const live = createLive({ summaries: api.summaries });
  const protocol = createProtocol({
    store,
    intake,
    bodies,
    now,
    bodyBytesMax: options.bodyBytesMax ?? bodyBytesMaxDefault,
    openRegistration: options.openRegistration ?? true,
    onReport: (outcome, systemId) => {
      metrics.count(outcome);
      if (outcome === 'stored' || outcome === 'conflict') live.changed(systemId);
      if (outcome === 'conflict' || outcome === 'excess') {
        log(
          `${systemId} sent different reports of one second: do two machines share this id, or was its clock set back?`,
        );
      }
    },
  });
  const retention = createRetention({
    store,
    now,
    log,
    keepReportsDays: options.keepReportsDays ?? keepReportsDaysDefault,
    keepHourlyDays: options.keepHourlyDays ?? keepHourlyDaysDefault,
  });
  const routes = createRoutes({ store, bodies, protocol, api, live, metrics, access });
  const hostGuard = createHostGuard(options.allowedHosts ?? []);

  // A slow sender holds a socket and no more; half a minute is the agent's own limit.
  const limits = { requestTimeout: 30_000, headersTimeout: 10_000 };
  const server = createServer(limits, (request, response) => {
    answer(request, response).catch((error: unknown) => answerError(error, response, log));
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { route, id, query } = locate(routes, request);
    if (route.permission !== 'report') hostGuard.check(request);
    if (route.permission !== undefined && !access.allows(request, route.permission)) {
      throw new HttpError(401, 'a token is needed', { 'www-authenticate': 'Bearer' });
    }
    await route.handle({ request, response, query, id });
  };

  return {
    listen: async (host, port) => {
      const address = await listen(server, host, port);
      hostGuard.guard(host);
      retention.start();
      return address;
    },
    close: async () => {
      live.close();
      await close(server);
      await intake.drain();
      await retention.close();
    },
  };
}

function locate(routes: readonly ReceiverRoute[], request: IncomingMessage) {
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
  return { route: found.route, id: found.id, query };
}

/** One table from what went wrong to a status. */
function answerError(error: unknown, response: ServerResponse, log: Log): void {
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

/** Waits a second at most for those who are still sending; they keep their reports without a 200. */
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), 1000);
  await closed;
  clearTimeout(deadline);
}

function addressText(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') return String(address);
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}/`;
}
