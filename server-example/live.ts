/**
 * Live updates by server-sent events (https://html.spec.whatwg.org/#server-sent-events): the
 * summaries of the systems that reported since the last ones, once a second at the most, however many
 * reports arrive.
 */
import type { ServerResponse } from 'node:http';
import type { SystemSummary } from './api-schemas.ts';
import { HttpError } from './http.ts';

export interface LiveOptions {
  readonly summaries: (ids: readonly string[]) => Promise<readonly SystemSummary[]>;
  readonly flushMs?: number;
  /** Proxies close a connection that says nothing for a minute. */
  readonly heartbeatMs?: number;
  readonly listenersMax?: number;
}

export interface Live {
  /** Ends the stream at the first heartbeat at which `mayListen` says no. */
  subscribe(response: ServerResponse, mayListen: () => boolean): void;
  changed(systemId: string): void;
  readonly listeners: number;
  close(): void;
}

/** Of more that reported there are several events in a row. */
const systemsOfEvent = 100;
/** A listener that has not read this much is gone or far behind; it reconnects and starts afresh. */
const unreadBytesMax = 4 * 1024 * 1024;

const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // nginx would otherwise hold events back until its buffer is full.
  'x-accel-buffering': 'no',
};

export function createLive(options: LiveOptions): Live {
  const { flushMs = 1000, heartbeatMs = 20_000, listenersMax = 256 } = options;
  const listeners = new Map<ServerResponse, () => boolean>();
  const changed = new Set<string>();
  let flushTimer: NodeJS.Timeout | undefined;

  const send = (text: string): void => {
    for (const response of listeners.keys()) {
      if (response.writableEnded) continue;
      if (response.writableLength > unreadBytesMax) response.destroy();
      else response.write(text);
    }
  };

  const flush = async (): Promise<void> => {
    const ids = [...changed];
    changed.clear();
    try {
      for (let at = 0; at < ids.length; at += systemsOfEvent) {
        const systems = await options.summaries(ids.slice(at, at + systemsOfEvent));
        send(`event: systems\ndata: ${JSON.stringify({ systems })}\n\n`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch {
      // The store is away; the page asks for the whole list again by itself.
    } finally {
      flushTimer = undefined;
      schedule();
    }
  };

  const schedule = (): void => {
    if (flushTimer !== undefined || listeners.size === 0 || changed.size === 0) return;
    flushTimer = setTimeout(() => void flush(), flushMs);
  };

  const heartbeat = setInterval(() => {
    for (const [response, mayListen] of listeners) if (!mayListen()) response.end();
    send(': still here\n\n');
  }, heartbeatMs);
  heartbeat.unref();

  return {
    subscribe: (response, mayListen) => {
      if (listeners.size >= listenersMax) {
        throw new HttpError(503, 'too many pages are open', { 'retry-after': '30' });
      }
      response.writeHead(200, streamHeaders);
      response.write('retry: 3000\n\n');
      listeners.set(response, mayListen);
      response.once('close', () => listeners.delete(response));
    },
    changed: (systemId) => {
      if (listeners.size === 0) return;
      changed.add(systemId);
      schedule();
    },
    get listeners() {
      return listeners.size;
    },
    close: () => {
      clearInterval(heartbeat);
      clearTimeout(flushTimer);
      for (const response of listeners.keys()) response.end();
    },
  };
}
