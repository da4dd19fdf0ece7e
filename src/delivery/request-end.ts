import { TransportEnd } from './transport-failure.ts';

export interface RequestEndOptions {
  /** For the whole request: connection, body, answer. */
  readonly timeoutMs: number;
  /** The caller's own wish. */
  readonly signal: AbortSignal | undefined;
  /** Called once, with the reason, when the request is ended from here. */
  readonly onEnd: (reason: TransportEnd) => void;
}

/** Ends one request at its deadline, or when its caller wants no more of it. */
export interface RequestEnd {
  /** Aborts with a TransportEnd. */
  readonly signal: AbortSignal;
  /** To be called when the request has ended by itself. */
  release(): void;
}

export function createRequestEnd(options: RequestEndOptions): RequestEnd {
  const { timeoutMs, signal, onEnd } = options;
  const ended = new AbortController();
  const end = (code: string, text: string) => {
    const reason = new TransportEnd(code, text);
    ended.abort(reason);
    onEnd(reason);
  };
  const timer = setTimeout(
    () => end('REQUEST_TIMEOUT', `no answer within ${timeoutMs / 1000} s`),
    timeoutMs,
  );
  const onAbort = () => end('ABORTED', 'the request was ended here');
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: ended.signal,
    release() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
