/** undici for one origin: a plain client, or one behind a proxy. */
import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { leanWebAssembly } from './lean-webassembly.ts';
import { proxyUrlOf } from './proxy.ts';

export interface ConnectionOptions {
  readonly origin: string;
  readonly proxy: string | undefined;
  readonly secureContext: SecureContext | undefined;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveMs: number;
}

/** A server's own wish for longer is kept up to this; beyond it, DNS deserves another look. */
const keepAliveMaxMs = 60_000;

export interface Connection {
  /** Rejects with what undici says, or with the signal's reason. */
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  /** Ends what runs over it, with `reason`. */
  destroy(reason: Error | null): Promise<void>;
}

/**
 * One connection at a time, opened by the first request. DNS is asked for each connection and happy
 * eyeballs choose among its addresses: both come from net.connect.
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const dispatcher = await createDispatcher(options);
  const { default: request } = await import('undici/lib/api/api-request.js');
  return {
    request: (one) => request.call(dispatcher, one),
    destroy: (reason) => dispatcher.destroy(reason),
  };
}

async function createDispatcher(options: ConnectionOptions): Promise<Dispatcher> {
  const { origin, proxy, secureContext, connectTimeoutMs, requestTimeoutMs } = options;
  const tls = {
    timeout: connectTimeoutMs,
    // Said, or Node asks a variable of the environment.
    rejectUnauthorized: true,
    ...(secureContext === undefined ? {} : { secureContext }),
  };
  const common = {
    connectTimeout: connectTimeoutMs,
    headersTimeout: requestTimeoutMs,
    bodyTimeout: requestTimeoutMs,
    keepAliveTimeout: options.keepAliveMs,
    keepAliveMaxTimeout: keepAliveMaxMs,
    pipelining: 1,
    allowH2: false,
  };
  const { default: Client } = await import('undici/lib/dispatcher/client.js');
  leanWebAssembly();
  if (proxy === undefined) return new Client(origin, { ...common, connect: tls });
  const { default: ProxyAgent } = await import('undici/lib/dispatcher/proxy-agent.js');
  const { default: connect } = await import('undici/lib/api/api-connect.js');
  const { request, authorization } = proxyUrlOf(proxy);
  return new ProxyAgent({
    ...common,
    // Its user and password are ours to decode: a stray % makes undici throw.
    uri: request.href,
    ...(authorization === undefined ? {} : { token: authorization }),
    connections: 1,
    requestTls: tls,
    proxyTls: tls,
    clientFactory: (proxyOrigin, options) => {
      // undici's index gives every dispatcher its `connect`; taken by its parts, we do, since the
      // proxy agent asks its own client for the tunnel.
      const client = new Client(proxyOrigin, options);
      client.connect = connect;
      return client;
    },
  });
}
