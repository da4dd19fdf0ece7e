/** POST over HTTP by undici, as docs/specs/0001-delivery.md says: bounded in time, size and hops. */
import type { Dispatcher } from 'undici';
import { errorMessage, systemErrorCode } from '../base/errors.ts';
import type { PostAnswer, PostRequest, PostResult, Transport } from './transport.ts';

export interface HttpTransportOptions {
  /** May carry `user:password@`, which is sent as Basic credentials. */
  readonly url: string;
  readonly userAgent: string;
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

/**
 * One connection, one request at a time (more wait in line). Ending a request by deadline or by
 * signal ends the connection, since half an exchange must not be taken for the next one's answer.
 */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const limits = { ...defaultHttpLimits, ...options.limits };
  const target = new URL(options.url);
  const basicCredentials = basicCredentialsOf(target);
  let dispatcher: Dispatcher | undefined;
  /** Whether the connection has answered before: only then can it be a stale one. */
  let hasAnswered = false;
  let closed = false;

  async function connect(): Promise<Dispatcher> {
    const { default: Client } = await import('undici/lib/dispatcher/client.js');
    dispatcher ??= new Client(target.origin, {
      // The connection's own DNS look-up and happy eyeballs come from net.connect.
      connectTimeout: limits.connectTimeoutMs,
      headersTimeout: limits.requestTimeoutMs,
      bodyTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveMs,
      keepAliveMaxTimeout: 60_000,
      pipelining: 1,
      allowH2: false,
    });
    return dispatcher;
  }

  function disconnect(reason: Error | null): Promise<void> {
    const old = dispatcher;
    dispatcher = undefined;
    hasAnswered = false;
    return old === undefined ? Promise.resolve() : old.destroy(reason);
  }

  function headersOf(post: PostRequest): Record<string, string> {
    return {
      'content-type': 'application/json',
      'user-agent': options.userAgent,
      ...(basicCredentials === undefined ? {} : { authorization: basicCredentials }),
      ...(post.idempotencyKey === undefined ? {} : { 'idempotency-key': post.idempotencyKey }),
    };
  }

  /** One exchange without redirects or second tries. Rejects with what undici says. */
  async function exchange(url: URL, post: PostRequest): Promise<PostAnswer> {
    const { default: request } = await import('undici/lib/api/api-request.js');
    const response = await request.call(await connect(), {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: headersOf(post),
      body: post.body,
    });
    const body = await readBounded(response.body, limits.maxAnswerBytes);
    hasAnswered = true;
    return {
      kind: 'answer',
      status: response.statusCode,
      retryAfter: firstOf(response.headers['retry-after']),
      date: firstOf(response.headers.date),
      location: firstOf(response.headers.location),
      body,
    };
  }

  async function followRedirects(post: PostRequest): Promise<PostAnswer> {
    let url = target;
    for (let hop = 0; ; hop += 1) {
      const answer = await exchange(url, post);
      const next = hop < maxRedirects ? redirectTarget(url, answer) : undefined;
      if (next === undefined) return answer;
      url = next;
    }
  }

  /**
   * A server that restarts closes its idle connections, and a request may cross that close on the
   * way. It met nobody, so it goes once more over a new connection; the Idempotency-Key is the same.
   */
  async function postOverFreshConnection(post: PostRequest): Promise<PostAnswer> {
    const mayBeStale = hasAnswered;
    try {
      return await followRedirects(post);
    } catch (error) {
      if (!mayBeStale || !isStaleConnection(error)) throw error;
      await disconnect(null);
      return followRedirects(post);
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
      return await postOverFreshConnection(request);
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

/** Why we ended a request ourselves. */
class TransportEnd extends Error {
  readonly code: string;
  constructor(code: string, reason: string) {
    super(reason);
    this.code = code;
  }
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

const staleCodes = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

function isStaleConnection(error: unknown): boolean {
  return staleCodes.has(systemErrorCode(error) ?? '');
}

/** Codes that arise on an established connection alone. */
const connectedCodes = new Set([
  ...staleCodes,
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'NOT_HTTP',
  'REQUEST_TIMEOUT',
  'ABORTED',
]);

function failureOf(error: unknown): PostResult {
  const code = codeOf(error);
  const reason = reasonOf(error, code);
  return { kind: 'failure', code, reason, connected: connectedCodes.has(code) };
}

/** undici's parser errors carry no code for most of what is no HTTP. */
function codeOf(error: unknown): string {
  const fallback =
    error instanceof Error && error.name === 'HTTPParserError' ? 'NOT_HTTP' : 'UNKNOWN';
  return systemErrorCode(error) ?? fallback;
}

/** Happy eyeballs fail with one error for each address, and an empty text of their own. */
function reasonOf(error: unknown, code: string): string {
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join('; ');
  const message = errorMessage(error);
  return message === '' ? code : message;
}

function firstOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function basicCredentialsOf(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const text = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}
