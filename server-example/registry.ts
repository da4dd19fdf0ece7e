/**
 * Which systems there are, and whether another may be added. The ids are kept in memory (a hundred
 * bytes each), so that nothing is asked of the store for a report of a known machine.
 */
import type { Caller } from './access.ts';
import { HttpError } from './http.ts';
import { systemsMaxDefault } from './limits.ts';
import { describeIssue, systemIdSchema } from './report.ts';
import type { Store } from './store.ts';

export interface Registry {
  /**
   * Lets a system report that is known, or may be added: in time, when nothing has to be asked.
   * Rejects with HttpError 403 in words that say why not.
   */
  admit(systemId: string, caller: Caller): Promise<void> | undefined;
  /** By hand. True if the id is new. Rejects with HttpError 400 or 403. */
  register(systemId: string, caller: Caller): Promise<boolean>;
  forget(systemId: string): Promise<boolean>;
}

export interface RegistryOptions {
  readonly store: Pick<Store, 'isRegistered' | 'register' | 'forget' | 'systemIds'>;
  /** Whole seconds since 1970. */
  readonly now: () => number;
  /** Whether the first report of an unknown id registers it. */
  readonly openRegistration: boolean;
  readonly systemsMax?: number;
}

/** Others over the same store add and forget some: looked for when a new id comes. */
const refreshSeconds = 60;
/** And sooner where there is no room. */
const refreshFullSeconds = 10;

export function createRegistry(options: RegistryOptions): Registry {
  const { store, now, openRegistration, systemsMax = systemsMaxDefault } = options;
  const known = createKnownIds(store, now);

  /** Adds it, so that it counts from here on, or throws. Nothing may happen in between. */
  const add = (systemId: string, caller: Caller): void => {
    if (known.has(systemId)) return;
    const twin = known.twinOf(systemId);
    if (twin !== undefined) {
      throw new HttpError(
        403,
        `${systemId} looks the same as ${twin}, which is already registered here`,
      );
    }
    if (known.count() >= systemsMax) {
      throw new HttpError(
        403,
        `${systemId} is not registered, and there is no room for it: this receiver keeps at most ${systemsMax} systems (--max-systems)`,
      );
    }
    if (isFull(caller)) {
      throw new HttpError(
        403,
        `${systemId} is not registered, and this token may register at most ${caller.systemsMax} systems`,
      );
    }
    known.add(systemId);
  };

  const isFull = (caller: Caller): boolean =>
    Number.isFinite(caller.systemsMax) && known.count(caller.mayReportAs) >= caller.systemsMax;

  const addNew = async (systemId: string, caller: Caller): Promise<void> => {
    await known.load(refreshSeconds);
    if (known.has(systemId)) return;
    if (await store.isRegistered(systemId)) {
      known.add(systemId);
      return;
    }
    if (known.count() >= systemsMax || isFull(caller)) await known.load(refreshFullSeconds);
    add(systemId, caller);
  };

  /** Asked of the store each time: an id that another receiver forgot must not come back by itself. */
  const requireRegistered = async (systemId: string): Promise<void> => {
    if (await store.isRegistered(systemId)) return;
    // 403 and not 400: the agent keeps the report and tries again, so nothing is lost meanwhile.
    throw new HttpError(403, `${systemId} is not registered here`);
  };

  return {
    admit: (systemId, caller) => {
      if (!openRegistration) return requireRegistered(systemId);
      return known.has(systemId) ? undefined : addNew(systemId, caller);
    },
    register: async (systemId, caller) => {
      const parsed = systemIdSchema.safeParse(systemId);
      if (!parsed.success) throw new HttpError(400, `id: ${describeIssue(parsed.error)}`);
      await addNew(systemId, caller);
      return store.register(systemId, now());
    },
    forget: (systemId) => {
      known.forget(systemId);
      return store.forget(systemId);
    },
  };
}

/** What is left of an id when nothing is left out that can be seen. */
function visible(systemId: string): string {
  return systemId
    .normalize('NFC')
    .replace(/[\p{Default_Ignorable_Code_Point}\u2800]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

function createKnownIds(store: Pick<Store, 'systemIds'>, now: () => number) {
  let ids = new Set<string>();
  /** Of ids that hold something invisible: what can be seen of them. */
  let odd = new Map<string, string>();
  let loading: Promise<void> | undefined;
  let loadedAt: number | undefined;

  const add = (id: string): void => {
    ids.add(id);
    const seen = visible(id);
    if (seen !== id) odd.set(seen, id);
  };
  const load = async (): Promise<void> => {
    const found = await store.systemIds();
    ids = new Set();
    odd = new Map();
    for (const id of found) add(id);
    loadedAt = now();
  };

  return {
    add,
    has: (id: string): boolean => ids.has(id),
    forget: (id: string): void => {
      ids.delete(id);
      const seen = visible(id);
      if (odd.get(seen) === id) odd.delete(seen);
    },
    /** Reads them, unless that was done in the last so many seconds. */
    load: (seconds: number): Promise<void> => {
      if (loadedAt !== undefined && now() - loadedAt < seconds) return Promise.resolve();
      loading ??= load().finally(() => {
        loading = undefined;
      });
      return loading;
    },
    twinOf: (id: string): string | undefined => {
      const seen = visible(id);
      const twin = odd.get(seen) ?? (ids.has(seen) ? seen : undefined);
      return twin === id ? undefined : twin;
    },
    /** How many there are, of all or of some. */
    count: (isCounted?: (id: string) => boolean): number => {
      if (isCounted === undefined) return ids.size;
      let counted = 0;
      for (const id of ids) if (isCounted(id)) counted += 1;
      return counted;
    },
  };
}
