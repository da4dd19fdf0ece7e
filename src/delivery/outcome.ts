/** What an answer means for the report that was sent: the table of docs/specs/0001-delivery.md. */
import { parseHttpDate } from '../base/time.ts';
import { statusReceived } from '../wire/requests.ts';
import type { Outcome, PostAnswer, PostResult } from './transport.ts';

/** A server that wishes for more gets an hour. */
export const retryAfterCapMs = 3_600_000;

/** Worth another attempt soon, whatever the report: the server says that it is busy or away. */
const busyStatuses = new Set([408, 425, 429, 502, 503, 504]);
/**
 * Only a person can mend these: the token, the rights, the address, the proxy's password (407 comes
 * from a proxy, never from the receiver). The reports are fine, so they wait.
 */
const personStatuses = new Set([401, 403, 404, 407]);

export interface ClassifyOptions {
  /** Milliseconds since 1970: what a date in `Retry-After` is measured against. */
  readonly epochMs: number;
}

export function classify(result: PostResult, options: ClassifyOptions): Outcome {
  if (result.kind === 'failure') {
    return {
      kind: 'retryable',
      code: result.code,
      reason: result.reason,
      retryAfterMs: undefined,
      slow: false,
      scope: result.connected ? 'report' : 'server',
    };
  }
  const { status } = result;
  if (status === statusReceived) return { kind: 'accepted' };
  const reason = describe(result);
  if (status >= 300 && status < 400) return retry(result, reason, options, true, 'server');
  if (personStatuses.has(status)) return retry(result, reason, options, true, 'server');
  if (busyStatuses.has(status)) return retry(result, reason, options, false, 'server');
  if (status >= 500) return retry(result, reason, options, false, 'report');
  return { kind: 'rejected', code: codeOf(status), reason };
}

function retry(
  answer: PostAnswer,
  reason: string,
  options: ClassifyOptions,
  slow: boolean,
  scope: 'server' | 'report',
): Outcome {
  // The server means its own clock, which may be far from ours; its Date tells that.
  const serverEpochMs = answer.date === undefined ? undefined : parseHttpDate(answer.date);
  const retryAfterMs = parseRetryAfter(answer.retryAfter, {
    epochMs: serverEpochMs ?? options.epochMs,
  });
  return { kind: 'retryable', code: codeOf(answer.status), reason, retryAfterMs, slow, scope };
}

function codeOf(status: number): string {
  return `HTTP_${status}`;
}

/**
 * `Retry-After` (RFC 9110, section 10.2.3) in both forms, seconds or an HTTP date, as milliseconds
 * from `epochMs`, at most one hour. Undefined for anything else.
 */
export function parseRetryAfter(
  value: string | undefined,
  options: ClassifyOptions,
): number | undefined {
  const text = value?.trim() ?? '';
  if (text === '') return undefined;
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, retryAfterCapMs);
  // Date.parse takes much that is no HTTP date; those all begin with the name of a day.
  const atMs = /^[A-Z][a-z]{2}/.test(text) ? parseHttpDate(text) : undefined;
  if (atMs === undefined) return undefined;
  return Math.min(Math.max(atMs - options.epochMs, 0), retryAfterCapMs);
}

const excerptLength = 200;

function describe(answer: PostAnswer): string {
  const { status, location } = answer;
  if (location !== undefined && status >= 300 && status < 400) {
    return `status ${status}: the server redirects to ${redactLocation(location)}; if that is right, set it as the url`;
  }
  const excerpt = printable(answer.body).slice(0, excerptLength);
  return excerpt === '' ? `status ${status}` : `status ${status}: ${excerpt}`;
}

/** One line of plain text: an answer may hold anything, and goes to logs and terminals. */
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
}

/** A location's query may hold a session; its origin and path are what the user needs. */
function redactLocation(location: string): string {
  const from = 'http://relative.invalid';
  const url = URL.parse(location, from);
  const shown = url === null ? '' : `${url.origin === from ? '' : url.origin}${url.pathname}`;
  return printable(shown).slice(0, excerptLength);
}
