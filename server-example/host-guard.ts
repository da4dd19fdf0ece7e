import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { HttpError } from './http.ts';

export interface HostGuard {
  /** From here on the receiver listens there. */
  guard(host: string): void;
  /** Throws HttpError 403. */
  check(request: IncomingMessage): void;
}

/**
 * Against DNS rebinding: a page of some other site may point its own name at 127.0.0.1 and read what
 * a browser here may read. On the loopback, browsers must have asked for this machine by its name.
 * Agents are no browsers, so reports come in under any name.
 */
export function createHostGuard(allowed: readonly string[]): HostGuard {
  const names = new Set(['localhost', ...allowed.map((name) => name.toLowerCase())]);
  let guarded = false;
  return {
    guard: (host) => {
      guarded = host === 'localhost' || host === '::1' || host.startsWith('127.');
    },
    check: (request) => {
      if (!guarded) return;
      const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
      // Browsers always send one; a probe of HTTP/1.0 need not.
      if (name === '' || names.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return;
      throw new HttpError(
        403,
        `this receiver does not answer to the name ${name}; --allow-host ${name} allows it`,
      );
    },
  };
}
