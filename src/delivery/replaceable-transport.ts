import type { Transport } from './transport.ts';

/** One transport at a time; of one that is replaced, the request in flight ends first. */
export interface ReplaceableTransport extends Transport {
  /** The next request goes over this one. */
  replace(transport: Transport): void;
}

export function createReplaceableTransport(first: Transport): ReplaceableTransport {
  let current = first;
  let inUse: Transport | undefined;
  return {
    async post(request) {
      const used = current;
      inUse = used;
      const result = await used.post(request);
      inUse = undefined;
      if (used !== current) void used.close();
      return result;
    },
    replace(transport) {
      const old = current;
      current = transport;
      if (old !== inUse) void old.close();
    },
    close: () => current.close(),
  };
}
