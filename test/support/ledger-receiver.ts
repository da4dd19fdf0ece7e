/**
 * A receiver that writes down who sent what, and misbehaves as told. It runs outside of jest too,
 * for scripts/torture.ts.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What becomes of one request. All but `before` have read the whole body. */
export type Misbehaviour =
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: Record<string, string> }
  /** The report is stored, but its sender never learns of it. */
  | { readonly kind: 'store-and-reset' }
  | { readonly kind: 'store-and-be-silent' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silent' }
  /** 200, a promise of 1000 bytes, ten of them, and a reset. */
  | { readonly kind: 'reset-mid-answer' }
  /** 200 and up to this many bytes. */
  | { readonly kind: 'endless-answer'; readonly bytes: number };

export interface LedgerReceiver {
  readonly url: string;
  readonly port: number;
  /**
   * Keys of the stored reports by the report's number, which is its epoch where it has no other. A
   * report was stored once if it has one key.
   */
  readonly keysByNumber: ReadonlyMap<number, ReadonlySet<string>>;
  readonly storedKeys: ReadonlySet<string>;
  /** Requests whose report was stored already. */
  readonly duplicates: number;
  readonly requests: number;
  /** Bytes of answers written, for the endless ones. */
  readonly answeredBytes: number;
  behave(next: (request: number) => Misbehaviour): void;
  /** Cuts every connection; `listen` goes on at the same port. */
  stop(): Promise<void>;
  listen(): Promise<void>;
}

export const accept: Misbehaviour = { kind: 'answer', status: 200 };

export async function createLedgerReceiver(): Promise<LedgerReceiver> {
  const keysByNumber = new Map<number, Set<string>>();
  const storedKeys = new Set<string>();
  const sockets = new Set<Socket>();
  let behaviour: (request: number) => Misbehaviour = () => accept;
  let duplicates = 0;
  let requests = 0;
  let answeredBytes = 0;
  let port = 0;

  function store(incoming: IncomingMessage, body: string): void {
    const key = String(incoming.headers['idempotency-key']);
    const number = numberOf(JSON.parse(body));
    if (storedKeys.has(key)) duplicates += 1;
    storedKeys.add(key);
    const keys = keysByNumber.get(number) ?? new Set();
    keysByNumber.set(number, keys.add(key));
  }

  function writeEndlessly(response: ServerResponse, bytes: number): void {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let left = bytes;
    const write = () => {
      while (left > 0 && !response.destroyed) {
        left -= chunk.length;
        answeredBytes += chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', write);
          return;
        }
      }
      response.end();
    };
    write();
  }

  function onReport(incoming: IncomingMessage, response: ServerResponse, body: string): void {
    requests += 1;
    const what = behaviour(requests);
    switch (what.kind) {
      case 'answer':
        if (what.status === 200) store(incoming, body);
        response.writeHead(what.status, what.headers).end();
        return;
      case 'store-and-reset':
        store(incoming, body);
        response.socket?.resetAndDestroy();
        return;
      case 'store-and-be-silent':
        store(incoming, body);
        return;
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'silent':
        return;
      case 'reset-mid-answer':
        store(incoming, body);
        response.writeHead(200, { 'content-length': '1000' });
        response.write('ten bytes.', () => response.socket?.resetAndDestroy());
        return;
      case 'endless-answer':
        store(incoming, body);
        response.writeHead(200);
        writeEndlessly(response, what.bytes);
    }
  }

  const server = createServer({ keepAliveTimeout: 5000 }, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('error', () => {});
    response.on('error', () => {});
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => onReport(incoming, response, Buffer.concat(chunks).toString()));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });

  async function listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve());
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was bound');
    port = address.port;
  }

  await listen();
  return {
    get url() {
      return `http://127.0.0.1:${port}/`;
    },
    get port() {
      return port;
    },
    keysByNumber,
    storedKeys,
    get duplicates() {
      return duplicates;
    },
    get requests() {
      return requests;
    },
    get answeredBytes() {
      return answeredBytes;
    },
    behave: (next) => {
      behaviour = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    listen,
  };
}

function numberOf(report: unknown): number {
  if (typeof report !== 'object' || report === null) return Number.NaN;
  if ('number' in report) return Number(report.number);
  return 'epoch' in report ? Number(report.epoch) : Number.NaN;
}
