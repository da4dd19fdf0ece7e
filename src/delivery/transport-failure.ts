/** What undici, Node and we ourselves throw at a request, as the stable values of transport.ts. */
import { errorMessage, systemErrorCode } from '../base/errors.ts';
import type { PostResult } from './transport.ts';

/** Why we ended a request ourselves. */
export class TransportEnd extends Error {
  readonly code: string;
  constructor(code: string, reason: string) {
    super(reason);
    this.code = code;
  }
}

const staleCodes = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Whether a kept connection may simply have been closed by the other side meanwhile. */
export function isStaleConnection(error: unknown): boolean {
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

export function failureOf(error: unknown): PostResult {
  const code = codeOf(error);
  const reason = reasonOf(error, code);
  return { kind: 'failure', code, reason, connected: connectedCodes.has(code) };
}

/** undici's parser errors carry no code for most of what is no HTTP. */
function codeOf(error: unknown): string {
  if (isProxyRefusal(error)) return 'PROXY_REFUSED';
  const fallback =
    error instanceof Error && error.name === 'HTTPParserError' ? 'NOT_HTTP' : 'UNKNOWN';
  return systemErrorCode(error) ?? fallback;
}

/** undici tells a proxy's refusal by its text alone. */
function isProxyRefusal(error: unknown): boolean {
  return /^Proxy (Authentication Required|response) \(\d+\)/.test(errorMessage(error));
}

/** Happy eyeballs fail with one error for each address, and an empty text of their own. */
function reasonOf(error: unknown, code: string): string {
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join('; ');
  const message = errorMessage(error);
  return message === '' ? code : message;
}
