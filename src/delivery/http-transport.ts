/** POST over HTTP by undici, as docs/specs/0001-delivery.md says: bounded in time, size and hops. */
import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { type Logger, silentLogger } from '../base/logger.ts';
import { type Compression, compress } from './compression.ts';
import { openConnection } from './connection.ts';
import { type CredentialFiles, createCredentials } from './credentials.ts';
import { type ProxyOptions, proxyFor } from './proxy.ts';
import type { PostAnswer, PostRequest, PostResult, Transport } from './transport.ts';
import { failureOf, isStaleConnection, TransportEnd } from './transport-failure.ts';

export interface HttpTransportOptions {
  /** May carry `user:password@`, which is sent as Basic credentials. */
  readonly url: string;
  readonly userAgent: string;
  readonly logger?: Logger;
  readonly credentials?: CredentialFiles;
  /** Sent with every request, beside ours or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A proxy's address, `none` for never, undefined to follow `env`. */
  readonly proxy?: string | undefined;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are looked up. */
  readonly env?: ProxyOptions['env'];
  /** Of reports. A server that answers 415 to it gets them plain from then on. */
  readonly compression?: Compression;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpLimits {
  readonly connectTimeoutMs: number;
  /** The whole request: connection, body, answer. */
  readonly requestTimeoutMs: number;
  /** Of an answer's body; what is longer is cut off together with its connection. */
  readonly maxAnswerBytes: number;
  /** How long an idle connection is kept, unless the server says less. */
  readonly keepAliveMs: number;
}

export const defaultHttpLimits: HttpLimits = {
  connectTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  maxAnswerBytes: 64 * 1024,
  keepAliveMs: 4000,
};

const maxRedirects = 3;
/** RFC 7694, section 3: what refuses a content coding. */
const statusUnsupportedMediaType = 415;

/**
 * One connection, one request at a time (more wait in line). Ending a request by deadline or by
 * signal ends the connection, since half an exchange must not be taken for the next one's answer.
 */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const { logger = silentLogger } = options;
  const limits = { ...defaultHttpLimits, ...options.limits };
  const target = new URL(options.url);
  const basicCredentials = basicCredentialsOf(target);
  const credentials = createCredentials(options.credentials ?? {}, logger);
  const proxy = proxyFor(target, { setting: options.proxy, env: options.env ?? {} });
  // In lower case, as ours are: a second spelling would be a second header.
  const ownHeaders = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  let compression = options.compression ?? 'none';
  let dispatcher: Dispatcher | undefined;
  let secureContext: SecureContext | undefined;
  /** Whether the connection has answered before: only then can it be a stale one. */
  let hasAnswered = false;
  let closed = false;

  async function connect(context: SecureContext | undefined): Promise<Dispatcher> {
    // Another certificate, another connection: TLS shows it at the handshake alone.
    if (context !== secureContext) await disconnect(null);
    secureContext = context;
    if (dispatcher !== undefined) return dispatcher;
    const opened = await openConnection({ origin: target.origin, proxy, secureContext, ...limits });
    dispatcher ??= opened;
    return dispatcher;
  }

  function disconnect(reason: Error | null): Promise<void> {
    const old = dispatcher;
    dispatcher = undefined;
    hasAnswered = false;
    return old === undefined ? Promise.resolve() : old.destroy(reason);
  }

  function headersOf(post: PostRequest, token: string | undefined): Record<string, string> {
    const authorization = token === undefined ? basicCredentials : `Bearer ${token}`;
    return {
      'content-type': 'application/json',
      'user-agent': options.userAgent,
      ...(authorization === undefined ? {} : { authorization }),
      ...(post.idempotencyKey === undefined ? {} : { 'idempotency-key': post.idempotencyKey }),
      ...ownHeaders,
    };
  }

  /** The request's body and headers, compressed where that is wanted. */
  async function contentOf(post: PostRequest, token: string | undefined) {
    const headers = headersOf(post, token);
    if (compression === 'none' || post.idempotencyKey === undefined)
      return { headers, body: post.body };
    headers['content-encoding'] = compression;
    return { headers, body: await compress(post.body, compression) };
  }

  /** One exchange without redirects or second tries. Rejects with what undici says. */
  async function exchange(url: URL, post: PostRequest, signal: AbortSignal): Promise<PostAnswer> {
    const { default: request } = await import('undici/lib/api/api-request.js');
    const current = await credentials.current();
    const content = await contentOf(post, current.token);
    const connection = await connect(current.secureContext);
    signal.throwIfAborted();
    const response = await request.call(connection, {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      signal,
      ...content,
    });
    const body = await readBounded(response.body, limits.maxAnswerBytes);
    hasAnswered = true;
    return {
      kind: 'answer',
      status: response.statusCode,
      retryAfter: firstOf(response.headers['retry-after']),
      date: firstOf(response.headers.date),
      location: firstOf(response.headers.location),
      notice: firstOf(response.headers['system-monitor-notice']),
      body,
    };
  }

  async function followRedirects(post: PostRequest, signal: AbortSignal): Promise<PostAnswer> {
    let url = target;
    for (let hop = 0; ; hop += 1) {
      const answer = await exchange(url, post, signal);
      if (answer.status === statusUnsupportedMediaType && compression !== 'none') {
        logger.warn('delivery.compression_refused', {
          compression,
        });
        compression = 'none';
        continue;
      }
      const next = hop < maxRedirects ? redirectTarget(url, answer) : undefined;
      if (next === undefined) return answer;
      url = next;
    }
  }

  /**
   * A server that restarts closes its idle connections, and a request may cross that close on the
   * way. It met nobody, so it goes once more over a new connection; the Idempotency-Key is the same.
   */
  async function postOverFreshConnection(
    post: PostRequest,
    signal: AbortSignal,
  ): Promise<PostAnswer> {
    const mayBeStale = hasAnswered;
    try {
      return await followRedirects(post, signal);
    } catch (error) {
      if (!mayBeStale || !isStaleConnection(error)) throw error;
      await disconnect(null);
      return followRedirects(post, signal);
    }
  }

  async function post(request: PostRequest): Promise<PostResult> {
    const ended = new AbortController();
    const end = (code: string, reason: string) => {
      const error = new TransportEnd(code, reason);
      ended.abort(error);
      void disconnect(error);
    };
    const timer = setTimeout(
      () => end('REQUEST_TIMEOUT', `no answer within ${limits.requestTimeoutMs / 1000} s`),
      limits.requestTimeoutMs,
    );
    const onAbort = () => end('ABORTED', 'the request was ended here');
    if (request.signal?.aborted === true || closed) onAbort();
    else request.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      ended.signal.throwIfAborted();
      return await postOverFreshConnection(request, ended.signal);
    } catch (error) {
      void disconnect(null);
      return failureOf(ended.signal.aborted ? ended.signal.reason : error);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
    }
  }

  return {
    post,
    async close() {
      closed = true;
      await disconnect(new TransportEnd('ABORTED', 'the connection was closed here'));
    },
  };
}

/** 307 and 308 keep the method and the body (RFC 9110, 15.4.8); within one origin they are ours to follow. */
function redirectTarget(from: URL, answer: PostAnswer): URL | undefined {
  if (answer.status !== 307 && answer.status !== 308) return undefined;
  if (answer.location === undefined || !URL.canParse(answer.location, from.href)) return undefined;
  const to = new URL(answer.location, from);
  return to.origin === from.origin ? to : undefined;
}

/**
 * The status has come by then, and it is the status that decides: a body that is cut short, that
 * does not end or that breaks off is read as far as it goes.
 */
async function readBounded(
  body: Dispatcher.ResponseData['body'],
  maxBytes: number,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) break;
      chunks.push(chunk.subarray(0, maxBytes - length));
      length += chunk.length;
      if (length >= maxBytes) break;
    }
  } catch {
    // Reset in the middle, or our own deadline.
  }
  return Buffer.concat(chunks).toString('utf8');
}

function firstOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function basicCredentialsOf(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const text = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}
