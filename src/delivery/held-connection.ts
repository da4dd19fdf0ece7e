import type { SecureContext } from 'node:tls';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';
import { TransportEnd } from './transport-failure.ts';

/** The one connection of a transport: opened by the first request, kept while it serves. */
export interface HeldConnection {
  /** Whether it has answered before: only then can the other side have closed it unnoticed. */
  readonly hasAnswered: boolean;
  noteAnswer(): void;
  /** The kept connection, or a new one. Rejects (ABORTED) once the holder is closed. */
  get(secureContext: SecureContext | undefined): Promise<Connection>;
  /** Ends the connection and what runs over it, with `reason`; the next request opens another. */
  drop(reason: Error | null): Promise<void>;
  /** Ends it for good. Idempotent. */
  close(): Promise<void>;
}

export function createHeldConnection(
  options: Omit<ConnectionOptions, 'secureContext'>,
): HeldConnection {
  let connection: Connection | undefined;
  let shownContext: SecureContext | undefined;
  let hasAnswered = false;
  let closed: TransportEnd | undefined;

  function drop(reason: Error | null): Promise<void> {
    const old = connection;
    connection = undefined;
    hasAnswered = false;
    return old === undefined ? Promise.resolve() : old.destroy(reason);
  }

  return {
    get hasAnswered() {
      return hasAnswered;
    },
    noteAnswer() {
      hasAnswered = true;
    },
    async get(secureContext) {
      if (closed !== undefined) throw closed;
      // Another certificate, another connection: TLS shows it at the handshake alone.
      if (secureContext !== shownContext) await drop(null);
      shownContext = secureContext;
      if (connection !== undefined) return connection;
      const opened = await openConnection({ ...options, secureContext });
      // Closed meanwhile: nobody would end this one.
      if (closed !== undefined) throw closed;
      // Two requests may have begun at once; the first one's serves both.
      connection ??= opened;
      return connection;
    },
    drop,
    close() {
      closed ??= new TransportEnd('ABORTED', 'the connection was closed here');
      return drop(closed);
    },
  };
}
