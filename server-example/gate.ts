/** Lets in who may: the one place that turns a token, or none, into a caller or a refusal. */
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Access, Caller } from './access.ts';
import { HttpError } from './http.ts';
import type { Permission } from './tokens.ts';
import type { WrongTokens } from './wrong-tokens.ts';

export interface Gate {
  /** Rejects with HttpError 401 (no token, or a wrong one), 403 (it may not), 429. */
  admit(request: IncomingMessage, permission: Permission): Promise<Caller>;
}

export function createGate(access: Access, wrongTokens: WrongTokens): Gate {
  return {
    admit: async (request, permission) => {
      const caller = access.callerOf(request);
      if (caller === 'none') {
        throw new HttpError(401, 'a token is needed', { 'www-authenticate': 'Bearer' });
      }
      if (caller === 'wrong') return wrongTokens.refuse(addressOf(request));
      requirePermission(caller, permission);
      return caller;
    },
  };
}

/** Throws HttpError 403 in words that say what is missing. */
export function requirePermission(caller: Caller, permission: Permission): void {
  if (caller.permissions.has(permission)) return;
  const may = [...caller.permissions].join(' and ');
  throw new HttpError(403, `this token may only ${may}; a token that may ${permission} is needed`);
}

/**
 * The address that bounds count by. Whoever has one IPv6 address has 2^64 of them, so those count by
 * their network (RFC 6177).
 */
export function addressOf(request: IncomingMessage): string {
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  while (tail !== undefined && groups.length + after.length < 8) groups.push('0');
  return `${[...groups, ...after].slice(0, 4).join(':')}::/64`;
}

/** Tells senders apart: by their token and where they are. */
export function senderOf(caller: Caller, request: IncomingMessage): string {
  return `${caller.key} ${addressOf(request)}`;
}
