/** One POST over an open connection and what comes back of its answer, bounded in size. */
import type { Dispatcher } from 'undici';
import type { Connection } from './connection.ts';
import type { Content } from './request-content.ts';
import type { PostAnswer } from './transport.ts';

export interface ExchangeOptions {
  readonly connection: Connection;
  readonly url: URL;
  readonly content: Content;
  readonly signal: AbortSignal;
  /** Of the answer's body. */
  readonly maxAnswerBytes: number;
}

/** Rejects with what undici says, or with the signal's reason. */
export async function exchange(options: ExchangeOptions): Promise<PostAnswer> {
  const { connection, url, content, signal, maxAnswerBytes } = options;
  const response = await connection.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    signal,
    headers: content.headers,
    body: content.body,
  });
  const { statusCode, headers } = response;
  return {
    kind: 'answer',
    status: statusCode,
    retryAfter: firstOf(headers['retry-after']),
    date: firstOf(headers.date),
    location: firstOf(headers.location),
    notice: firstOf(headers['system-monitor-notice']),
    body: await readBounded(response.body, maxAnswerBytes),
  };
}

/**
 * Where an answer sends the same request to, or undefined. 307 and 308 keep the method and the body
 * (RFC 9110, 15.4.8); within one origin they are ours to follow.
 */
export function redirectTarget(from: URL, answer: PostAnswer): URL | undefined {
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
