/**
 * The systems: all of them, and each by its id. An id may stand in the path, `/api/systems/ID`, or
 * beside it, `/api/system?id=ID`; both are the same.
 */
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { detailSchema, fleetSchema, historySchema, nameSchema } from '../api-schemas.ts';
import type { BodyReader } from '../body.ts';
import type { FleetReader } from '../fleet.ts';
import type { Gate } from '../gate.ts';
import { readHistory } from '../history.ts';
import { HttpError } from '../http.ts';
import type { Registry } from '../registry.ts';
import { reportSchema } from '../report.ts';
import { atATime } from '../slices.ts';
import type { Store } from '../store.ts';
import {
  boundedBody,
  idInPath,
  idInQuery,
  json,
  needs,
  notAllowed,
  notThere,
  type RouteEnv,
  type Routes,
  wrongBody,
  wrongRequest,
} from './parts.ts';

export interface SystemRoutesOptions {
  readonly store: Pick<Store, 'systems' | 'history' | 'newestReport' | 'reportAt' | 'rename'>;
  readonly bodies: BodyReader;
  readonly gate: Gate;
  readonly registry: Registry;
  readonly fleet: FleetReader;
  /** Told which system has another name, or is there now. */
  readonly changed: (systemId: string) => void;
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly keepReportsDays: number;
}

type Call = Context<RouteEnv>;

const hoursMax = 24 * 366 * 2;
const pointsMax = 2000;
/** Each may read some hundred megabytes. */
const historiesAtATime = 2;

const jsonType = { 'content-type': 'application/json; charset=utf-8' };

export function addSystemRoutes(app: Routes, options: SystemRoutesOptions): void {
  addReading(app, options);
  addReport(app, options);
  addHistory(app, options);
  addChanging(app, options);
}

function addReading(app: Routes, { gate, fleet }: SystemRoutesOptions): void {
  const middleware = needs(gate, 'view');
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/systems',
      middleware,
      summary: 'Every system with its state and newest figures',
      responses: { 200: json('The fleet', fleetSchema), ...notAllowed },
    }),
    async (c) => c.body(await fleet.list(), 200, jsonType),
  );

  const detailRoute = {
    method: 'get',
    middleware,
    summary: 'One system: newest figures, disks, interfaces and processes',
    responses: { 200: json('The system', detailSchema), ...notAllowed, ...notThere },
  } as const;
  const detail = async (c: Call, id: string) => {
    const text = await fleet.detail(id);
    if (text === undefined) throw unknown(id);
    return c.body(text, 200, jsonType);
  };
  app.openapi(
    createRoute({ ...detailRoute, path: '/api/systems/{id}', request: { params: idInPath } }),
    (c) => detail(c, c.req.valid('param').id),
  );
  app.openapi(
    createRoute({ ...detailRoute, path: '/api/system', request: { query: idInQuery } }),
    (c) => detail(c, c.req.valid('query').id),
  );
}

function addReport(app: Routes, options: SystemRoutesOptions): void {
  const reportRoute = {
    method: 'get',
    middleware: needs(options.gate, 'view'),
    summary: 'Its newest report, or that of a moment, whole',
    responses: {
      200: json('The report as it was sent', reportSchema),
      ...wrongRequest,
      ...notAllowed,
      ...notThere,
    },
  } as const;
  const report = async (c: Call, id: string, at: number | undefined) => {
    const body = await readReportAt(options, id, at);
    return c.body(body, 200, jsonType);
  };
  app.openapi(
    createRoute({
      ...reportRoute,
      path: '/api/systems/{id}/report',
      request: { params: idInPath, query: reportQuery },
    }),
    (c) => report(c, c.req.valid('param').id, c.req.valid('query').at),
  );
  app.openapi(
    createRoute({
      ...reportRoute,
      path: '/api/system/report',
      request: { query: idInQuery.extend(reportQuery.shape) },
    }),
    (c) => report(c, c.req.valid('query').id, c.req.valid('query').at),
  );
}

/**
 * What is older than reports are kept is not shown, though it may be there: a backlog that came late
 * stays for a while, so that a report of it which is sent again is known. A machine's newest report
 * is shown however old it is.
 */
async function readReportAt(
  { store, now, keepReportsDays }: SystemRoutesOptions,
  id: string,
  at: number | undefined,
): Promise<string> {
  const [row] = await store.systems([id]);
  if (row === undefined) throw unknown(id);
  const newestEpoch = row.newest?.epoch ?? Infinity;
  const isKept = at === undefined || at >= newestEpoch || at >= now() - keepReportsDays * 86_400;
  if (!isKept) {
    const remedy = 'its history has the averages of each hour before';
    throw new HttpError(404, `reports of ${id} are kept for ${keepReportsDays} days; ${remedy}`);
  }
  const body = at === undefined ? await store.newestReport(id) : await store.reportAt(id, at);
  if (body !== undefined) return body;
  const missing =
    at === undefined ? 'has not reported yet' : 'has no report kept of then or before';
  throw new HttpError(404, `${id} ${missing}`);
}

const wholeSeconds = 'must be whole seconds since 1970';
const reportQuery = z.object({
  at: z.coerce
    .number(wholeSeconds)
    .int(wholeSeconds)
    .nonnegative(wholeSeconds)
    .optional()
    .describe('Seconds since 1970: the newest report collected then or before, while it is kept'),
});

const historyQuery = z.object({
  hours: positive(hoursMax).default(24).describe('Hours to look back, at most two years'),
  points: positive(pointsMax)
    .default(360)
    .describe(`Approximate number of points, at most ${pointsMax}`),
});

function positive(most: number) {
  const words = { error: `must be a number above 0, at most ${most}` };
  return z.coerce.number(words).positive(words).max(most, words);
}

function addHistory(app: Routes, { gate, store, now }: SystemRoutesOptions): void {
  const inTurn = atATime(historiesAtATime);
  const historyRoute = {
    method: 'get',
    middleware: needs(gate, 'view'),
    summary: 'Its history for charts, as columns',
    responses: {
      200: json('The history', historySchema),
      ...wrongRequest,
      ...notAllowed,
      ...notThere,
    },
  } as const;
  const history = async (c: Call, id: string, query: z.infer<typeof historyQuery>) => {
    const [row] = await store.systems([id]);
    if (row === undefined) throw unknown(id);
    const { newest } = row;
    // A machine whose clock runs ahead is shown up to its own present.
    const to = Math.max(now(), newest?.epoch ?? 0);
    const from = Math.floor(to - query.hours * 3600);
    const intervalSeconds = newest?.intervalSeconds ?? 60;
    const points = Math.ceil(query.points);
    const request = { systemId: id, from, to, intervalSeconds, points };
    return c.json(await inTurn(() => readHistory(store, request)), 200);
  };
  app.openapi(
    createRoute({
      ...historyRoute,
      path: '/api/systems/{id}/history',
      request: { params: idInPath, query: historyQuery },
    }),
    (c) => history(c, c.req.valid('param').id, c.req.valid('query')),
  );
  app.openapi(
    createRoute({
      ...historyRoute,
      path: '/api/system/history',
      request: { query: idInQuery.extend(historyQuery.shape) },
    }),
    (c) => history(c, c.req.valid('query').id, c.req.valid('query')),
  );
}

function addChanging(app: Routes, options: SystemRoutesOptions): void {
  const { gate, registry, store, changed } = options;
  const middleware = needs(gate, 'manage');
  const body = { content: { 'application/json': { schema: nameSchema } } };

  const putRoute = {
    method: 'put' as const,
    middleware: [middleware, boundedBody(options.bodies)],
    summary: 'Register a system, or name it',
    responses: {
      200: json('It was already registered', registeredSchema),
      201: json('It is registered now', registeredSchema),
      ...wrongRequest,
      ...notAllowed,
      ...wrongBody,
    },
  };
  const put = async (c: Call, id: string, name: string | null | undefined) => {
    const created = await registry.register(id, c.get('caller'));
    if (name !== undefined) await store.rename(id, name || null);
    changed(id);
    return c.json({ id, registered: true }, created ? 201 : 200);
  };
  app.openapi(
    createRoute({ ...putRoute, path: '/api/systems/{id}', request: { params: idInPath, body } }),
    (c) => put(c, c.req.valid('param').id, c.req.valid('json').name),
  );
  app.openapi(
    createRoute({ ...putRoute, path: '/api/system', request: { query: idInQuery, body } }),
    (c) => put(c, c.req.valid('query').id, c.req.valid('json').name),
  );

  const deleteRoute = {
    method: 'delete',
    middleware,
    summary: 'Delete a system and everything it reported',
    responses: {
      204: { description: 'Everything about it was deleted' },
      ...notAllowed,
      ...notThere,
    },
  } as const;
  const forget = async (c: Call, id: string) => {
    if (!(await registry.forget(id))) throw unknown(id);
    return c.body(null, 204);
  };
  app.openapi(
    createRoute({ ...deleteRoute, path: '/api/systems/{id}', request: { params: idInPath } }),
    (c) => forget(c, c.req.valid('param').id),
  );
  app.openapi(
    createRoute({ ...deleteRoute, path: '/api/system', request: { query: idInQuery } }),
    (c) => forget(c, c.req.valid('query').id),
  );
}

const registeredSchema = z.object({ id: z.string(), registered: z.literal(true) });

function unknown(id: string): HttpError {
  return new HttpError(404, `no system ${id} is registered here`);
}
