/**
 * One POST to the user's server and what came of it. Expected outcomes are values: a server that is
 * away is no exception.
 */

export interface PostRequest {
  readonly body: string | Uint8Array;
  /** Sent as `Idempotency-Key` where the request is a report. */
  readonly idempotencyKey?: string;
  /** What else goes with this request, by names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface PostAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The server's clock (`Date`), as text, or undefined. */
  readonly date: string | undefined;
  /** Where a redirect points to, or undefined. */
  readonly location: string | undefined;
  /** `System-Monitor-Notice`: what the receiver has to say about us, or undefined. */
  readonly notice: string | undefined;
  /** At most 64 KiB of it. */
  readonly body: string;
}

/** What the server answered, or why no answer came. */
export type PostResult =
  | PostAnswer
  | {
      readonly kind: 'failure';
      /** Stable: `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`, `CERT_HAS_EXPIRED`. */
      readonly code: string;
      readonly reason: string;
      /** False where no connection came about, so that no byte of the report left this machine. */
      readonly connected: boolean;
    };

export interface Transport {
  /** Never rejects. */
  post(request: PostRequest): Promise<PostResult>;
  /** Closes idle connections and ends those in use. Idempotent. */
  close(): Promise<void>;
}

/** What an attempt to deliver a report means for that report. */
export type Outcome = { readonly kind: 'accepted' } | Rejected | Retryable;

export interface Rejected {
  readonly kind: 'rejected';
  /** Stable: `HTTP_422`. */
  readonly code: string;
  readonly reason: string;
}

export interface Retryable {
  readonly kind: 'retryable';
  /** Stable: `HTTP_503`, or the code of a failure. */
  readonly code: string;
  readonly reason: string;
  /** The server's own wish (`Retry-After`), capped. */
  readonly retryAfterMs: number | undefined;
  /** True where only a person can mend it (401, 403, 404): retried slowly and said loudly. */
  readonly slow: boolean;
  /**
   * `report` where the report itself may be what the server stumbles over (a plain 500, a reset in
   * the middle): it steps back so that the others get their turn.
   */
  readonly scope: 'server' | 'report';
}
