/**
 * Time as the rest of the program sees it. Only main.ts makes the real one; tests hand in their own.
 */
export interface Clock {
  /** Milliseconds since 1970 by the system's clock: for `epoch`, never for measuring. It may jump. */
  epochMs(): number;
  /** Milliseconds since an arbitrary moment; never goes back and is not moved by a set clock. */
  monotonicMs(): number;
  /**
   * Resolves after `ms`, or as soon as `signal` aborts. It never rejects: whoever waits looks at
   * the signal, because leaving early is an expected outcome.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What `work` resolves to, or `late` after `ms`. Rejects as `work` does, where that is in time. */
export async function waitAtMost<Answer>(
  clock: Clock,
  ms: number,
  work: Promise<Answer>,
): Promise<Answer | 'late'> {
  const done = new AbortController();
  try {
    return await Promise.race([work, clock.sleep(ms, done.signal).then(() => 'late' as const)]);
  } finally {
    done.abort();
  }
}
