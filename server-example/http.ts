/** The few things about HTTP that every route needs: errors with a status, JSON in and out. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';

/** A refusal: becomes an answer with this status and `{"error": message}`. */
export class HttpError extends Error {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;

  constructor(status: number, message: string, headers: OutgoingHttpHeaders = {}) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.headers = headers;
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  sendText(response, status, 'application/json; charset=utf-8', JSON.stringify(value), headers);
}

/** Long answers are compressed where the client asks for it: a list of a large fleet is megabytes. */
export function sendText(
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  const send = (body: Buffer, coding: OutgoingHttpHeaders): void => {
    response.writeHead(status, {
      'content-type': contentType,
      'content-length': body.length,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...coding,
      ...headers,
    });
    response.end(body);
  };
  const body = Buffer.from(text);
  const accepted = String(response.req.headers['accept-encoding'] ?? '');
  if (body.length < compressFromBytes || !/\bgzip\b/.test(accepted)) {
    send(body, {});
    return;
  }
  gzip(body, { level: 1 }, (error, zipped) => {
    if (error === null) send(zipped, { 'content-encoding': 'gzip', vary: 'accept-encoding' });
    else send(body, {});
  });
}

const compressFromBytes = 16 * 1024;

/** Throws HttpError 400 for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'the body is not JSON');
  }
}

export function sendEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status);
  response.end();
}
