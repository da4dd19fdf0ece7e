/**
 * Whether reports can be stored now. A disk that is full and a database that somebody has locked are
 * not seen by reading, so something is written; and what the last report met counts as well.
 */
import { type Store, StoreUnavailable } from './store.ts';

export interface Health {
  /** The store, its failures noted. */
  readonly store: Store;
  /** Rejects with StoreUnavailable, which says why. */
  check(): Promise<void>;
}

export interface HealthOptions {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly timeoutMs?: number;
}

/** Anybody may ask, and each answer is a write to the disk: so one answer serves all for a while. */
const freshMs = 2000;
/** A failure that is older than this may be over, though no report came since. */
const failureMs = 60_000;

export function createHealth({ store, now, timeoutMs = 5000 }: HealthOptions): Health {
  let failure: { readonly error: unknown; readonly at: number } | undefined;
  let answer: { readonly promise: Promise<void>; readonly at: number } | undefined;

  const ask = async (): Promise<void> => {
    if (failure !== undefined && now() - failure.at < failureMs) throw failure.error;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new StoreUnavailable('write', 'no answer')), timeoutMs);
    });
    try {
      await Promise.race([store.check(), late]);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    store: {
      ...store,
      insert: async (batch) => {
        try {
          const outcomes = await store.insert(batch);
          failure = undefined;
          return outcomes;
        } catch (error) {
          failure = { error, at: now() };
          throw error;
        }
      },
    },
    check: () => {
      if (answer === undefined || now() - answer.at >= freshMs) {
        answer = { promise: ask(), at: now() };
        // Whoever asked hears of it; nobody else has to.
        answer.promise.catch(() => {});
      }
      return answer.promise;
    },
  };
}
