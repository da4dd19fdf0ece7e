/**
 * The receiver: an HTTP server over a store. Put together here; app.ts has every address.
 *
 *   POST /   gate → body → reader → registry → quota → shares → intake → store
 *   GET  …   app.ts → fleet, history, metrics → store
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Access, openAccess } from './access.ts';
import { createApp } from './app.ts';
import { createBodyReader } from './body.ts';
import { createFleetReader } from './fleet.ts';
import { createGate } from './gate.ts';
import { createHealth } from './health.ts';
import { createHostGuard } from './host-guard.ts';
import { sendJson, toHttpError } from './http.ts';
import { createIntake } from './intake.ts';
import { bodyBytesMax } from './limits.ts';
import { createLive } from './live.ts';
import { createMetrics, type ReportOutcome } from './metrics.ts';
import { createProtocol } from './protocol.ts';
import { createQuietLog, type Log } from './quiet-log.ts';
import { createQuota } from './quota.ts';
import { createReader } from './reader.ts';
import { createRegistry } from './registry.ts';
import { createRetention } from './retention.ts';
import { createSecondShares } from './second-share.ts';
import type { Store } from './store.ts';
import { readTlsFiles, type TlsFiles, watchTlsFiles } from './tls.ts';
import { createWrongTokens } from './wrong-tokens.ts';

export interface ReceiverOptions {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: (line: string) => void;
  /** Whether the first report of an unknown id registers it; true by default. */
  readonly openRegistration?: boolean;
  /** Who may report, look and change; everybody by default. */
  readonly access?: Access;
  /** Waits before a wrong token is answered; by the clock unless told otherwise. */
  readonly wait?: (ms: number) => Promise<void>;
  /** Names under which browsers may reach a receiver on the loopback, besides its own. */
  readonly allowedHosts?: readonly string[];
  /** TLS with these files; plain HTTP without them. */
  readonly tls?: TlsFiles | undefined;
  /** How often these files are looked at. */
  readonly tlsLookMs?: number;
  /** Systems that may be registered. */
  readonly systemsMax?: number;
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

export function createReceiver(options: ReceiverOptions): Receiver {
  const now = (): number => Math.floor(options.now() / 1000);
  const log = createQuietLog({ log: options.log, now });
  const health = createHealth({ store: options.store, now: options.now });
  const { store } = health;
  const access = options.access ?? openAccess;
  const { wait } = options;
  const wrongTokens = createWrongTokens({ now, log, ...(wait === undefined ? {} : { wait }) });
  const gate = createGate(access, wrongTokens);
  const bodies = createBodyReader();
  const reader = createReader();
  const registry = createRegistry({
    store,
    now,
    openRegistration: options.openRegistration ?? true,
    ...(options.systemsMax === undefined ? {} : { systemsMax: options.systemsMax }),
  });
  const intake = createIntake({ store, concurrentBatches: store.concurrentInserts });
  const metrics = createMetrics();
  const fleet = createFleetReader({ store, reader, now });
  const live = createLive({ summaries: fleet.some });
  const hostGuard = createHostGuard(options.allowedHosts ?? []);
  const bounds = { registry, quota: createQuota({ now }), shares: createSecondShares() };
  const protocol = createProtocol({
    ...{ store, gate, ...bounds, intake, bodies, reader, now },
    bodyBytesMax: options.bodyBytesMax ?? bodyBytesMax,
    onReport: tellOf({ metrics, changed: live.changed, log }),
  });
  const keepReportsDays = options.keepReportsDays ?? keepReportsDaysDefault;
  const app = createApp({
    ...{ protocol, hostGuard, log, store, bodies, gate, registry, fleet, now },
    ...{ access, wrongTokens, live, metrics, health, changed: live.changed, keepReportsDays },
  });
  const retention = createRetention({
    ...{ store, now, log, keepReportsDays },
    keepHourlyDays: options.keepHourlyDays ?? keepHourlyDaysDefault,
  });
  const server = createHttpServer(options, log, (request, response) => {
    if (request.method === 'POST' && isRoot(request.url)) {
      protocol(request, response).catch((error: unknown) => answerError(error, response, log));
    } else void app(request, response);
  });

  return {
    listen: async (host, port) => {
      const address = await listen(
        server,
        host,
        port,
        options.tls === undefined ? 'http' : 'https',
      );
      hostGuard.guard(host);
      retention.start();
      return address;
    },
    close: async () => {
      live.close();
      await close(server);
      await intake.drain();
      await retention.close();
      await reader.close();
    },
  };
}

function isRoot(url: string | undefined): boolean {
  return url === '/' || url?.startsWith('/?') === true;
}

/** What a report means to others than its sender. */
function tellOf({
  metrics,
  changed,
  log,
}: {
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly changed: (systemId: string) => void;
  readonly log: Log;
}) {
  return (outcome: ReportOutcome, systemId: string): void => {
    metrics.count(outcome);
    if (outcome === 'stored' || outcome === 'conflict') changed(systemId);
    if (outcome === 'conflict' || outcome === 'excess') {
      log(
        `${systemId} sent different reports of the same second. Do two machines share this id, or was its clock set back?`,
      );
    }
    if (outcome === 'limited') {
      log(`${systemId} sends more than ten times as many reports as its interval allows`);
    }
  };
}

/** A slow sender holds a socket and no more; half a minute is the agent's own limit. */
const timeouts = { requestTimeout: 30_000, headersTimeout: 10_000 };

function createHttpServer(
  { tls, tlsLookMs }: Pick<ReceiverOptions, 'tls' | 'tlsLookMs'>,
  log: Log,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  if (tls === undefined) return createServer(timeouts, answer);
  const server = createTlsServer({ ...timeouts, ...readTlsFiles(tls) }, answer);
  const stopWatching = watchTlsFiles(server, tls, log, tlsLookMs);
  server.once('close', stopWatching);
  return server;
}

function answerError(error: unknown, response: ServerResponse, log: Log): void {
  const { status, message, headers } = toHttpError(error, log);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  sendJson(response, status, { error: message }, headers);
}

function listen(server: Server, host: string, port: number, scheme: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(addressText(scheme, server.address()));
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

function addressText(scheme: string, address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') return String(address);
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${scheme}://${host}:${address.port}/`;
}
