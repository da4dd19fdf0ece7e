/**
 * One POST to the user's server and what came of it. Expected outcomes are values: a server that is
 * away is no exception.
 */

export interface PostRequest {
  readonly body: string | Uint8Array;
  /** Sent as `Idempotency-Key` where the request is a report. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** What the server answered, or why no answer came. */
export type PostResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly retryAfter: string | undefined;
      /** The server's clock (`Date`), as text, or undefined. */
      readonly date: string | undefined;
      /** At most 64 KiB of it. */
      readonly body: string;
    }
  | {
      readonly kind: 'failure';
      /** Stable: `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`, `CERT_HAS_EXPIRED`. */
      readonly code: string;
      readonly reason: string;
    };

export interface Transport {
  /** Never rejects. */
  post(request: PostRequest): Promise<PostResult>;
  /** Closes idle connections and ends those in use. Idempotent. */
  close(): Promise<void>;
}

/** What an attempt to deliver a report means for that report. */
export type Outcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly reason: string }
  | {
      readonly kind: 'retryable';
      readonly reason: string;
      /** The server's own wish (`Retry-After`), capped. */
      readonly retryAfterMs: number | undefined;
      /** True where only a person can mend it (401, 403, 404): retried slowly and said loudly. */
      readonly slow: boolean;
    };
