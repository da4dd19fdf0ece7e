/** The JSON API that the page is made of; anybody may build on it. Described in openapi.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { disksOf, interfacesOf } from './figures.ts';
import { readHistory } from './history.ts';
import { HttpError, sendEmpty, sendJson } from './http.ts';
import { describeIssue, reportSchema, systemIdSchema } from './report.ts';
import type { Store, SystemRow } from './store.ts';
import { type SystemSummary, summarise } from './systems.ts';

export interface ApiOptions {
  readonly store: Store;
  /** Whole seconds since 1970. */
  readonly now: () => number;
}

export interface ApiRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** From the path; empty where the path has none. */
  readonly id: string;
}

export interface Api {
  readonly list: (call: ApiRequest) => Promise<void>;
  readonly detail: (call: ApiRequest) => Promise<void>;
  readonly history: (call: ApiRequest) => Promise<void>;
  readonly report: (call: ApiRequest) => Promise<void>;
  readonly register: (call: ApiRequest) => Promise<void>;
  readonly forget: (call: ApiRequest) => Promise<void>;
  readonly summaries: (ids: readonly string[]) => Promise<readonly SystemSummary[]>;
}

const hoursDefault = 24;
const hoursMax = 24 * 366 * 2;
const pointsDefault = 360;
const pointsMax = 2000;

export function createApi({ store, now }: ApiOptions): Api {
  const find = async (id: string): Promise<SystemRow> => {
    const [row] = await store.systems([id]);
    if (row === undefined) throw new HttpError(404, `no system ${id} is registered here`);
    return row;
  };

  return {
    list: async ({ response }) => {
      const moment = now();
      const systems = (await store.systems()).map((row) => summarise(row, moment));
      sendJson(response, 200, { now: moment, counts: countStates(systems), systems });
    },

    detail: async ({ response, id }) => {
      const row = await find(id);
      const moment = now();
      const body = await store.newestReport(id);
      sendJson(response, 200, {
        now: moment,
        system: summarise(row, moment),
        disks: row.newest === null ? [] : disksOf(row.newest.disks).map(toWireDisk),
        interfaces:
          row.newest === null ? [] : interfacesOf(row.newest.network).map(toWireInterface),
        processes: body === undefined ? [] : reportSchema.parse(JSON.parse(body)).stats.processes,
      });
    },

    history: async ({ response, query, id }) => {
      const { newest } = await find(id);
      const hours = positive(query, 'hours', hoursDefault, hoursMax);
      const points = Math.round(positive(query, 'points', pointsDefault, pointsMax));
      // A machine whose clock runs ahead is shown up to its own present.
      const to = Math.max(now(), newest?.epoch ?? 0);
      const from = Math.floor(to - hours * 3600);
      const intervalSeconds = newest?.intervalSeconds ?? 60;
      sendJson(
        response,
        200,
        await readHistory(store, { systemId: id, from, to, intervalSeconds, points }),
      );
    },

    report: async ({ response, id }) => {
      await find(id);
      const body = await store.newestReport(id);
      if (body === undefined) throw new HttpError(404, `${id} has not reported yet`);
      sendJson(response, 200, JSON.parse(body));
    },

    register: async ({ response, id }) => {
      const parsed = systemIdSchema.safeParse(id);
      if (!parsed.success) throw new HttpError(400, `id: ${describeIssue(parsed.error)}`);
      const created = await store.register(id, now());
      sendJson(response, created ? 201 : 200, { id, registered: true });
    },

    forget: async ({ response, id }) => {
      if (!(await store.forget(id))) throw new HttpError(404, `no system ${id} is registered here`);
      sendEmpty(response, 204);
    },

    summaries: async (ids) => {
      const moment = now();
      return (await store.systems(ids)).map((row) => summarise(row, moment));
    },
  };
}

function countStates(systems: readonly SystemSummary[]): Record<SystemSummary['state'], number> {
  const counts = { up: 0, late: 0, silent: 0, waiting: 0 };
  for (const system of systems) counts[system.state] += 1;
  return counts;
}

function positive(query: URLSearchParams, name: string, otherwise: number, max: number): number {
  const given = query.get(name);
  if (given === null) return otherwise;
  const value = Number(given);
  if (given.trim() === '' || !(value > 0 && value <= max)) {
    throw new HttpError(400, `${name}: must be a number above 0, at most ${max}`);
  }
  return value;
}

function toWireDisk(disk: ReturnType<typeof disksOf>[number]) {
  return {
    device: disk.device,
    mount_point: disk.mountPoint,
    file_system: disk.fileSystem,
    total: disk.totalBytes,
    used: disk.usedBytes,
    free: disk.freeBytes,
    percent: disk.percent,
  };
}

function toWireInterface(one: ReturnType<typeof interfacesOf>[number]) {
  return {
    name: one.name,
    ip: one.ip,
    netmask: one.netmask,
    bytes_sent: one.bytesSent,
    bytes_recv: one.bytesReceived,
  };
}
