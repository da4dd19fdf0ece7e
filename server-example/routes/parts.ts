/**
 * What the routes are made of. A route is its schemas: the framework checks a request by them, and
 * writes openapi.json from them.
 */

import type { HttpBindings } from '@hono/node-server';
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { Caller } from '../access.ts';
import { errorSchema } from '../api-schemas.ts';
import type { BodyReader } from '../body.ts';
import { addressOf, type Gate } from '../gate.ts';
import type { Permission } from '../tokens.ts';

export interface RouteEnv {
  readonly Bindings: HttpBindings;
  readonly Variables: { caller: Caller };
}

export type Routes = OpenAPIHono<RouteEnv>;

/** Lets only those on who may; the handler finds them as `caller`. */
export function needs(gate: Gate, permission: Permission): MiddlewareHandler<RouteEnv> {
  return async (c, next) => {
    c.set('caller', await gate.admit(c.env.incoming, permission));
    await next();
  };
}

/**
 * Reads the body within a bound; what the framework checks by the route's schema is what was read. A
 * client that says JSON and sends nothing says nothing: `{}`.
 */
export function boundedBody(bodies: BodyReader): MiddlewareHandler<RouteEnv> {
  return async (c, next) => {
    const { incoming } = c.env;
    const text = await bodies.readText(incoming, bodyBytesMax, addressOf(incoming));
    const type = c.req.header('content-type');
    const body = text.trim() === '' ? (type === undefined ? undefined : '{}') : text;
    c.req.raw = new Request(c.req.url, {
      method: c.req.method,
      ...(type === undefined ? {} : { headers: { 'content-type': type } }),
      ...(body === undefined ? {} : { body }),
    });
    await next();
  };
}

/** A name or a token, and little else. */
const bodyBytesMax = 4096;

export function json<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { 'application/json': { schema } } };
}

/** Errors are thrown and never answered by a handler, so the types of routes do not know them. */
interface ErrorAnswer {
  readonly description: string;
}

function error(description: string): ErrorAnswer {
  return json(description, errorSchema);
}

export const wrongRequest = { 400: error('The request is wrong; `error` says what') };
export const notAllowed = {
  401: error('A token is needed, or this one is unknown'),
  403: error('This token may not do this, or not under this id; or the id may not be registered'),
};
export const notThere = { 404: error('There is no such system') };
export const tooManyOfSecond = {
  409: error('Too many different reports of this system and second are stored'),
};
export const wrongBody = {
  413: error('The body is too large'),
  415: error('The body is not declared as JSON, or its coding is not supported'),
};
export const tooMuch = { 429: error('Too many requests; Retry-After says when to try again') };
export const notNow = { 503: error('It cannot be done now; Retry-After says when to try again') };

/** An id as one segment of a path, percent-encoded. */
export const idInPath = z.object({
  id: z.string().openapi({ description: 'The id of a system, percent-encoded' }),
});
/** For ids such as `..`, which no path can hold whatever is done to them. */
export const idInQuery = z.object({
  id: z.string().openapi({ description: 'The id of a system, percent-encoded' }),
});
