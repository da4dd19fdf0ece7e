/** The JSON API that the page is made of; anybody may build on it. Described in openapi.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Detail, type Fleet, nameSchema, type SystemSummary } from './api-schemas.ts';
import type { BodyReader } from './body.ts';
import { disksOf, interfacesOf } from './figures.ts';
import { readHistory } from './history.ts';
import { HttpError, parseJson, sendEmpty, sendJson } from './http.ts';
import { describeIssue, reportSchema, systemIdSchema } from './report.ts';
import type { Store, SystemRow } from './store.ts';
import { summarise } from './systems.ts';

export interface ApiOptions {
  readonly store: Store;
  readonly bodies: BodyReader;
  /** Whole seconds since 1970. */
  readonly now: () => number;
}

export interface ApiCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** From the path; empty where the path has none. */
  readonly id: string;
}

export interface Api {
  readonly list: (call: ApiCall) => Promise<void>;
  readonly detail: (call: ApiCall) => Promise<void>;
  readonly history: (call: ApiCall) => Promise<void>;
  readonly report: (call: ApiCall) => Promise<void>;
  /** Registers an id; a body with `name` names it. */
  readonly put: (call: ApiCall) => Promise<void>;
  readonly forget: (call: ApiCall) => Promise<void>;
  /** Of all systems, or of those asked for. */
  readonly summaries: (ids?: readonly string[]) => Promise<readonly SystemSummary[]>;
}

const hoursDefault = 24;
const hoursMax = 24 * 366 * 2;
const pointsDefault = 360;
const pointsMax = 2000;
/** A name and little else. */
const bodyBytesMax = 4096;

export function createApi({ store, bodies, now }: ApiOptions): Api {
  const find = async (id: string): Promise<SystemRow> => {
    const [row] = await store.systems([id]);
    if (row === undefined) throw new HttpError(404, `no system ${id} is registered here`);
    return row;
  };

  const summaries = async (ids?: readonly string[]): Promise<readonly SystemSummary[]> => {
    const moment = now();
    return (await store.systems(ids)).map((row) => summarise(row, moment));
  };

  return {
    summaries,

    list: async ({ response }) => {
      sendJson(response, 200, fleetOf(await summaries(), now()));
    },

    detail: async ({ response, id }) => {
      const row = await find(id);
      const { newest } = row;
      const processes = processesOf(await store.newestReport(id));
      sendJson(response, 200, {
        now: now(),
        system: summarise(row, now()),
        disks: newest === null ? [] : disksOf(newest.disks).map(toWireDisk),
        interfaces: newest === null ? [] : interfacesOf(newest.network).map(toWireInterface),
        processes,
      } satisfies Detail);
    },

    history: async ({ response, query, id }) => {
      const { newest } = await find(id);
      const hours = positive(query, 'hours', hoursDefault, hoursMax);
      const points = Math.ceil(positive(query, 'points', pointsDefault, pointsMax));
      // A machine whose clock runs ahead is shown up to its own present.
      const to = Math.max(now(), newest?.epoch ?? 0);
      const from = Math.floor(to - hours * 3600);
      const intervalSeconds = newest?.intervalSeconds ?? 60;
      const request = { systemId: id, from, to, intervalSeconds, points };
      sendJson(response, 200, await readHistory(store, request));
    },

    report: async ({ response, id }) => {
      await find(id);
      const body = await store.newestReport(id);
      if (body === undefined) throw new HttpError(404, `${id} has not reported yet`);
      sendJson(response, 200, JSON.parse(body));
    },

    put: async ({ request, response, id }) => {
      const parsedId = systemIdSchema.safeParse(id);
      if (!parsedId.success) throw new HttpError(400, `id: ${describeIssue(parsedId.error)}`);
      const body = await bodies.readText(request, bodyBytesMax);
      const parsed = nameSchema.safeParse(body === '' ? {} : parseJson(body));
      if (!parsed.success) throw new HttpError(400, describeIssue(parsed.error));
      const created = await store.register(id, now());
      if (parsed.data.name !== undefined) await store.rename(id, parsed.data.name || null);
      sendJson(response, created ? 201 : 200, { id, registered: true });
    },

    forget: async ({ response, id }) => {
      if (!(await store.forget(id))) throw new HttpError(404, `no system ${id} is registered here`);
      sendEmpty(response, 204);
    },
  };
}

function fleetOf(systems: readonly SystemSummary[], now: number): Fleet {
  const counts = { up: 0, late: 0, silent: 0, waiting: 0 };
  for (const system of systems) counts[system.state] += 1;
  return { now, counts, systems: [...systems] };
}

function processesOf(body: string | undefined): Detail['processes'] {
  if (body === undefined) return [];
  const { processes } = reportSchema.parse(JSON.parse(body)).stats;
  if (!Array.isArray(processes)) return [];
  return processes.map((one) => ({ ...one, username: one.username ?? null }));
}

function positive(query: URLSearchParams, name: string, otherwise: number, max: number): number {
  const given = query.get(name);
  if (given === null) return otherwise;
  const value = Number(given);
  if (!(value > 0 && value <= max)) {
    throw new HttpError(400, `${name}: must be a number above 0, at most ${max}`);
  }
  return value;
}

function toWireDisk(disk: ReturnType<typeof disksOf>[number]): Detail['disks'][number] {
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

function toWireInterface(
  one: ReturnType<typeof interfacesOf>[number],
): Detail['interfaces'][number] {
  return {
    name: one.name,
    ip: one.ip,
    netmask: one.netmask,
    bytes_sent: one.bytesSent,
    bytes_recv: one.bytesReceived,
  };
}
