/** The few things about HTTP that every route needs: errors with a status, bodies, JSON answers. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, gzip, inflate, zstdDecompress } from 'node:zlib';

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

const decoders: Readonly<
  Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/**
 * The request's body as text, inflated if it is compressed; neither form may exceed `maxBytes`, so a
 * kilobyte that inflates to a gigabyte costs no more than the bound.
 * Throws HttpError 400 (not UTF-8, damaged compression), 413 (too large), 415 (unknown coding).
 */
export async function readTextBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
  if (decode === undefined && coding !== 'identity') {
    throw new HttpError(415, `content-encoding ${coding} is not understood`, {
      'accept-encoding': Object.keys(decoders).join(', '),
    });
  }
  const raw = await readBytes(request, maxBytes);
  const bytes = decode === undefined ? raw : await inflateBounded(decode, coding, raw, maxBytes);
  if (!isUtf8(bytes)) throw new HttpError(400, 'the body is not UTF-8');
  return bytes.toString('utf8');
}

async function inflateBounded(
  decode: NonNullable<(typeof decoders)[string]>,
  coding: string,
  raw: Buffer,
  maxBytes: number,
): Promise<Buffer> {
  try {
    return await decode(raw, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code } = Object(error);
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new HttpError(400, `the body is not valid ${coding}`);
  }
}

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    return Promise.reject(tooLarge(maxBytes));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > maxBytes) {
        request.off('data', onData);
        request.pause();
        reject(tooLarge(maxBytes));
        return;
      }
      chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () => {
      const only = chunks.length === 1 ? chunks[0] : undefined;
      resolve(only ?? Buffer.concat(chunks, length));
    });
    request.once('error', reject);
    request.once('close', () => {
      if (!request.readableEnded) reject(new HttpError(400, 'the request ended early'));
    });
  });
}

function tooLarge(maxBytes: number): HttpError {
  // The rest of the body is on its way; closing is the only way not to read it.
  return new HttpError(413, `the body exceeds ${maxBytes} bytes`, { connection: 'close' });
}
