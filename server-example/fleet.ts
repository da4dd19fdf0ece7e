/**
 * What the API and the page are told of the systems: the list of all, and one in full. Both are made
 * as text, slice by slice, because a large fleet's list is megabytes and everybody else waits for
 * the same thread.
 */
import type { Detail, Fleet, SystemState, SystemSummary } from './api-schemas.ts';
import type { Reader } from './reader.ts';
import { createSlices } from './slices.ts';
import type { Store } from './store.ts';
import { summarise } from './systems.ts';

export interface FleetReader {
  /** All systems, some at a time, by id. */
  all(): AsyncGenerator<readonly SystemSummary[]>;
  /** Those of `ids` that there are. */
  some(ids: readonly string[]): Promise<readonly SystemSummary[]>;
  /** `Fleet` as JSON. Who asks while it is being made gets the same. */
  list(): Promise<string>;
  /** `Detail` as JSON, or undefined where there is no such system. */
  detail(systemId: string): Promise<string | undefined>;
}

export interface FleetReaderOptions {
  readonly store: Pick<Store, 'systemIds' | 'systems' | 'newestReport'>;
  readonly reader: Pick<Reader, 'describeParts'>;
  /** Whole seconds since 1970. */
  readonly now: () => number;
}

/** Some milliseconds of work. */
const systemsAtATime = 100;

export type StateCounts = Record<SystemState, number>;

export function createFleetReader({ store, reader, now }: FleetReaderOptions): FleetReader {
  const some = async (ids: readonly string[]): Promise<readonly SystemSummary[]> => {
    const moment = now();
    return (await store.systems(ids)).map((row) => summarise(row, moment));
  };

  async function* all(): AsyncGenerator<readonly SystemSummary[]> {
    const slices = createSlices();
    const ids = await store.systemIds();
    for (let at = 0; at < ids.length; at += systemsAtATime) {
      yield await some(ids.slice(at, at + systemsAtATime));
      await slices.pause();
    }
  }

  const makeList = async (): Promise<string> => {
    const counts: StateCounts = { up: 0, late: 0, silent: 0, waiting: 0 };
    const texts: string[] = [];
    for await (const systems of all()) {
      for (const system of systems) counts[system.state] += 1;
      texts.push(systems.map((system) => JSON.stringify(system)).join(','));
    }
    const rest: Omit<Fleet, 'systems'> = { now: now(), counts };
    return withMember(rest, 'systems', `[${texts.join(',')}]`);
  };
  let making: Promise<string> | undefined;

  return {
    all,
    some,
    list: () => {
      making ??= makeList().finally(() => {
        making = undefined;
      });
      return making;
    },
    detail: async (systemId) => {
      const [row] = await store.systems([systemId]);
      if (row === undefined) return undefined;
      const parts = await reader.describeParts(await store.newestReport(systemId));
      const head: Pick<Detail, 'now' | 'system'> = { now: now(), system: summarise(row, now()) };
      return withMembers(head, parts);
    },
  };
}

/** The JSON of an object with one more member, whose JSON is there. */
function withMember(object: object, name: string, json: string): string {
  return withMembers(object, `{${JSON.stringify(name)}:${json}}`);
}

/** The JSON of two objects as one. Neither may be empty. */
function withMembers(object: object, json: string): string {
  return `${JSON.stringify(object).slice(0, -1)},${json.slice(1)}`;
}
