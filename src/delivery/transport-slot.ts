import type { Transport } from './transport.ts';

/** Holds the transport in force; of one that is replaced, the request in flight ends first. */
export interface TransportSlot {
  /** For one request, after whose end `release` is called. */
  take(): Transport;
  release(): void;
  /** The next request goes over this one. */
  replace(transport: Transport): void;
  /** Closes the one in force. Idempotent. */
  close(): Promise<void>;
}

export function createTransportSlot(first: Transport): TransportSlot {
  let current = first;
  let inUse: Transport | undefined;
  return {
    take() {
      inUse = current;
      return current;
    },
    release() {
      if (inUse !== current) void inUse?.close();
      inUse = undefined;
    },
    replace(transport) {
      const old = current;
      current = transport;
      if (old !== inUse) void old.close();
    },
    close: () => current.close(),
  };
}
