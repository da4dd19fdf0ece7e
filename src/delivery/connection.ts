/** The undici dispatcher for one origin: a plain client, or one behind a proxy. */
import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { leanWebAssembly } from './lean-webassembly.ts';

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

/**
 * One connection at a time, opened by the first request. DNS is asked for each connection and happy
 * eyeballs choose among its addresses: both come from net.connect.
 */
export async function openConnection(options: ConnectionOptions): Promise<Dispatcher> {
  const { origin, proxy, secureContext, connectTimeoutMs, requestTimeoutMs } = options;
  const tls = {
    timeout: connectTimeoutMs,
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
  return new ProxyAgent({
    ...common,
    uri: proxy,
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
