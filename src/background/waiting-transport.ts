/** In place of a connection where nobody said where reports go: they wait, and that is told. */
import type { Transport } from '../delivery/transport.ts';

export function createWaitingTransport(reason: string): Transport {
  return {
    post: async () => ({ kind: 'failure', code: 'URL_NOT_SET', reason, connected: false }),
    close: async () => {},
  };
}
