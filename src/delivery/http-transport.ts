/** POST over HTTP by undici, as docs/specs/0001-delivery.md says: bounded in time, size and hops. */
import { buildInfo } from '../base/build-info.ts';
import type { Disk } from '../base/disk.ts';
import { type Logger, silentLogger } from '../base/logger.ts';
import { redactText } from '../base/redact.ts';
import { keepSecretsOf } from '../settings/secrets.ts';
import { serverUrlOf } from '../settings/server-url.ts';
import type { SettingsOf } from '../settings/settings.ts';
import { createCredentials } from './credentials.ts';
import { exchange, redirectTarget } from './exchange.ts';
import { createHeldConnection, type HeldConnection } from './held-connection.ts';
import { type ProxyOptions, proxyFor } from './proxy.ts';
import { createRequestContent } from './request-content.ts';
import { createRequestEnd } from './request-end.ts';
import type { PostAnswer, PostRequest, PostResult, Transport } from './transport.ts';
import { failureOf, isStaleConnection } from './transport-failure.ts';

/**
 * `url` may carry `user:password@`, which is sent as Basic credentials; `headers` go with every
 * request, beside ours or in their place; a server that answers 415 to `compression` gets reports
 * plain from then on.
 */
export type TransportSettings = SettingsOf<'transport'>;

export interface HttpTransportOptions {
  /** With the rights of whoever named the files of credentials. */
  readonly disk: Disk;
  readonly settings: TransportSettings;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are looked up. */
  readonly environment: ProxyOptions['env'];
  /** The program's own name and version where nothing is given. */
  readonly userAgent?: string;
  readonly logger?: Logger;
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
  const { settings, environment } = options;
  const limits = { ...defaultHttpLimits, ...options.limits };
  const target = serverUrlOf(settings.url).request;
  const proxy = proxyFor(target, { setting: settings.proxy, env: environment });
  keepSecretsOf({ url: settings.url, headers: settings.headers, proxy: proxy ?? '' });
  const connection = createHeldConnection({
    origin: target.origin,
    proxy,
    ...limits,
  });
  const follow = createFollower(options, connection, limits);

  /**
   * A server that restarts closes its idle connections, and a request may cross that close on the
   * way. It met nobody, so it goes once more over a new connection; the Idempotency-Key is the same.
   */
  async function postOverFreshConnection(
    post: PostRequest,
    signal: AbortSignal,
  ): Promise<PostAnswer> {
    const mayBeStale = connection.hasAnswered;
    try {
      return await follow(post, signal);
    } catch (error) {
      if (!mayBeStale || !isStaleConnection(error)) throw error;
      await connection.drop(null);
      return follow(post, signal);
    }
  }

  return {
    async post(request) {
      const end = createRequestEnd({
        timeoutMs: limits.requestTimeoutMs,
        signal: request.signal,
        onEnd: (reason) => void connection.drop(reason),
      });
      try {
        end.signal.throwIfAborted();
        return withoutSecrets(await postOverFreshConnection(request, end.signal));
      } catch (error) {
        void connection.drop(null);
        return withoutSecrets(failureOf(end.signal.aborted ? end.signal.reason : error));
      } finally {
        end.release();
      }
    },
    close: () => connection.close(),
  };
}

/** A server, or a proxy, may quote what it was sent: its texts end up in logs and on screens. */
function withoutSecrets<Result extends PostResult>(result: Result): Result {
  const texts = Object.entries(result).map(([key, value]) => [
    key,
    typeof value === 'string' ? redactText(value) : value,
  ]);
  return { ...result, ...Object.fromEntries(texts) };
}

/** A POST with the redirects that are ours to follow. Rejects with what undici says. */
function createFollower(
  options: HttpTransportOptions,
  held: HeldConnection,
  limits: HttpLimits,
): (post: PostRequest, signal: AbortSignal) => Promise<PostAnswer> {
  const { settings, logger = silentLogger, userAgent = ownUserAgent() } = options;
  const target = serverUrlOf(settings.url).request;
  const credentials = createCredentials(options.disk, settings, logger);
  const content = createRequestContent(settings, userAgent);

  async function postOnce(url: URL, post: PostRequest, signal: AbortSignal): Promise<PostAnswer> {
    const { token, secureContext } = await credentials.current();
    const sent = await content.of(post, token);
    const connection = await held.get(secureContext);
    signal.throwIfAborted();
    const { maxAnswerBytes } = limits;
    const answer = await exchange({ connection, url, content: sent, signal, maxAnswerBytes });
    held.noteAnswer();
    return answer;
  }

  return async (post, signal) => {
    let url = target;
    for (let hop = 0; ; hop += 1) {
      const answer = await postOnce(url, post, signal);
      if (answer.status === statusUnsupportedMediaType && content.compression !== 'none') {
        logger.warn('delivery.compression_refused', { compression: content.compression });
        content.sendPlain();
        continue;
      }
      const next = hop < maxRedirects ? redirectTarget(url, answer) : undefined;
      if (next === undefined) return answer;
      url = next;
    }
  };
}

function ownUserAgent(): string {
  return `system-monitor/${buildInfo().version}`;
}
