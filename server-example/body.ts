/** Request bodies: inflated where they are compressed, and bounded whatever is sent. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { createHeldBytes } from './held-bytes.ts';
import { HttpError } from './http.ts';
import * as limits from './limits.ts';
import { atATime } from './slices.ts';

export interface BodyReader {
  /**
   * The request's body as text. Neither it nor what it inflates to may exceed `maxBytes`, so a
   * kilobyte that inflates to a gigabyte costs no more than the bound.
   * `sender` tells whose it is, so that one slow sender leaves room for others.
   * Rejects with HttpError 400 (not UTF-8, damaged compression, cut off), 413 (too large), 415
   * (unknown coding), 503 (too much is on its way at once).
   */
  readText(request: IncomingMessage, maxBytes: number, sender: string): Promise<string>;
}

export interface BodyReaderOptions {
  readonly arrivingBytesMax?: number;
  readonly arrivingBytesOfSenderMax?: number;
  readonly inflationsMax?: number;
}

export function createBodyReader(options: BodyReaderOptions = {}): BodyReader {
  const arriving = createHeldBytes(
    options.arrivingBytesMax ?? limits.arrivingBytesMax,
    options.arrivingBytesOfSenderMax ?? limits.arrivingBytesOfSenderMax,
  );
  const inInflation = atATime(options.inflationsMax ?? limits.inflationsMax);

  const readBytes = (request: IncomingMessage, maxBytes: number, sender: string): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const settle = (error?: unknown): void => {
        request.off('data', onData);
        arriving.giveBack(sender, length);
        length = 0;
        if (error !== undefined) reject(error);
      };
      const onData = (chunk: Buffer): void => {
        const isTooLarge = length + chunk.length > maxBytes;
        if (isTooLarge || arriving.take(sender, chunk.length) !== 'taken') {
          request.pause();
          settle(isTooLarge ? tooLarge(maxBytes) : tooMuch());
          return;
        }
        length += chunk.length;
        chunks.push(chunk);
      };
      request.on('data', onData);
      request.once('end', () => {
        settle();
        const only = chunks.length === 1 ? chunks[0] : undefined;
        resolve(only ?? Buffer.concat(chunks));
      });
      request.once('error', settle);
      request.once('close', () => {
        if (!request.readableEnded) settle(new HttpError(400, 'the request ended early'));
      });
    });

  return {
    readText: async (request, maxBytes, sender) => {
      const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
      const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
      if (decode === undefined && coding !== 'identity') {
        throw new HttpError(415, `content-encoding ${coding} is not supported`, {
          'accept-encoding': Object.keys(decoders).join(', '),
        });
      }
      if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
      const raw = await readBytes(request, maxBytes, sender);
      if (decode === undefined) return toText(raw);
      return inInflation(async () => toText(await inflateBounded(decode, coding, raw, maxBytes)));
    },
  };
}

function toText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new HttpError(400, 'the body is not UTF-8');
  return bytes.toString('utf8');
}

type Decode = (
  body: Buffer,
  options: { maxOutputLength: number; chunkSize: number },
) => Promise<Buffer>;

const decoders: Readonly<Record<string, Decode>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/** Each piece is a journey to another thread and back; a report is a few of them at the most. */
const pieceBytes = 64 * 1024;

async function inflateBounded(
  decode: Decode,
  coding: string,
  raw: Buffer,
  maxBytes: number,
): Promise<Buffer> {
  try {
    return await decode(raw, { maxOutputLength: maxBytes, chunkSize: pieceBytes });
  } catch (error) {
    const { code } = Object(error);
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new HttpError(400, `the body is not valid ${coding}`);
  }
}

// The rest of a body that is refused is on its way; closing is the only way not to read it.
const closing = { connection: 'close' };

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, `the body exceeds ${maxBytes} bytes`, closing);
}

function tooMuch(): HttpError {
  const headers = { ...closing, 'retry-after': '10' };
  return new HttpError(503, 'too many reports arrive at once', headers);
}
