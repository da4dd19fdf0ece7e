/** The few things about HTTP that everything here needs: errors with a status, and JSON answers. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { HTTPException } from 'hono/http-exception';
import { Overloaded } from './intake.ts';
import type { Log } from './quiet-log.ts';
import { StoreUnavailable } from './store.ts';

/** A refusal: becomes an answer with this status and `{"error": message}`. */
export class HttpError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.headers = headers;
  }
}

const retryAfterSeconds = 10;

/** One table from what went wrong to a status. What the owner should know of goes into the log. */
export function toHttpError(error: unknown, log: Log): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof Overloaded || error instanceof StoreUnavailable) {
    log(error.message);
    return new HttpError(503, error.message, { 'retry-after': String(retryAfterSeconds) });
  }
  // The framework's own: a body that is no JSON, or not said to be.
  if (error instanceof HTTPException) {
    const words = error.status === 415 ? 'content-type must be application/json' : error.message;
    return new HttpError(error.status, words);
  }
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new HttpError(500, 'the receiver failed; its log says why');
}

/** Of every answer of the API and the protocol. */
export const answerHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    ...answerHeaders,
    ...headers,
  });
  response.end(body);
}

export function sendEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status);
  response.end();
}
