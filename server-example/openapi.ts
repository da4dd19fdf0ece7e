/** The OpenAPI 3.1 description of the protocol and the API, from the schemas that they run on. */
import { z } from 'zod';
import { checkSystemIdRequestSchema, checkUrlRequestSchema } from '../src/wire/requests.ts';
import {
  detailSchema,
  errorSchema,
  fleetSchema,
  historySchema,
  nameSchema,
} from './api-schemas.ts';
import { reportSchema } from './report.ts';

type Json = Record<string, unknown>;

/** https://spec.openapis.org/oas/v3.1.1 */
export function createOpenApi(): Json {
  return {
    openapi: '3.1.1',
    info: {
      title: 'System Monitor receiver',
      version: '1',
      description:
        'Receives the reports of system-monitor agents at `POST /`, and tells what they say under `/api`. Moments are whole seconds since 1970.',
    },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    // Both, because tokens are asked for only where a token file was given.
    security: [{}, { token: [] }],
    paths: { ...protocolPath(), ...systemPaths(), ...pastPaths(), ...serverPaths() },
  };
}

function protocolPath(): Json {
  return {
    '/': {
      post: {
        summary: 'The protocol: check_url, check_system_id, send_stats',
        requestBody: body(
          z.discriminatedUnion('action', [
            checkUrlRequestSchema,
            checkSystemIdRequestSchema,
            reportSchema,
          ]),
        ),
        responses: {
          200: { description: 'check_system_id: registered. send_stats: the report is on disk' },
          202: { description: 'check_url: this server speaks the protocol' },
          204: { description: 'check_system_id: not registered' },
          ...errors(400, 401, 403, 409, 413, 415, 503),
        },
      },
    },
  };
}

function systemPaths(): Json {
  return {
    '/api/systems': {
      get: {
        summary: 'Every system with its state and newest figures',
        responses: { 200: json('The fleet', fleetSchema), ...errors(401) },
      },
    },
    '/api/systems/{id}': {
      parameters: [idParameter],
      get: {
        summary: 'One system: newest figures, disks, interfaces and processes',
        responses: { 200: json('The system', detailSchema), ...errors(401, 404) },
      },
      put: {
        summary: 'Register a system, or name it',
        requestBody: { ...body(nameSchema), required: false },
        responses: {
          200: { description: 'It was registered before' },
          201: { description: 'It is registered now' },
          ...errors(400, 401),
        },
      },
      delete: {
        summary: 'Forget a system and everything it reported',
        responses: { 204: { description: 'Nothing of it is left' }, ...errors(401, 404) },
      },
    },
  };
}

/** What one system reported. */
function pastPaths(): Json {
  return {
    '/api/systems/{id}/history': {
      parameters: [idParameter],
      get: {
        summary: 'Its past for charts, as columns',
        parameters: [
          queryNumber('hours', 'How far back, at most two years', 24),
          queryNumber('points', 'About how many points, at most 2000', 360),
        ],
        responses: { 200: json('The history', historySchema), ...errors(400, 401, 404) },
      },
    },
    '/api/systems/{id}/report': {
      parameters: [idParameter],
      get: {
        summary: 'Its newest report, whole',
        responses: { 200: json('The report as it was sent', reportSchema), ...errors(401, 404) },
      },
    },
  };
}

function serverPaths(): Json {
  return {
    '/api/events': {
      get: {
        summary:
          'Server-sent events: `systems` with those that reported, at most one event a second',
        responses: {
          200: { description: 'A stream', content: { 'text/event-stream': {} } },
          ...errors(401, 503),
        },
      },
    },
    '/metrics': {
      get: {
        summary: 'The receiver’s figures and each machine’s newest, for Prometheus',
        responses: {
          200: { description: 'Text', content: { 'text/plain': {} } },
          ...errors(401),
        },
      },
    },
    '/healthz': {
      get: {
        summary: 'Whether the store answers; needs no token',
        responses: { 200: { description: 'It does' }, ...errors(503) },
      },
    },
  };
}

const idParameter = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

function queryNumber(name: string, description: string, otherwise: number): Json {
  return { name, in: 'query', description, schema: { type: 'number', default: otherwise } };
}

function body(schema: z.ZodType): Json {
  return { required: true, content: { 'application/json': { schema: jsonSchema(schema) } } };
}

function json(description: string, schema: z.ZodType): Json {
  return { description, content: { 'application/json': { schema: jsonSchema(schema) } } };
}

const errorWords: Readonly<Record<number, string>> = {
  400: 'The request is wrong; `error` says what',
  401: 'A token is needed',
  403: 'The id is not registered, and registration is closed',
  404: 'There is no such system',
  413: 'The body is too large',
  409: 'Too many different reports of this system and second are stored',
  415: 'The body is not JSON, or its coding is unknown',
  503: 'It cannot be stored now; Retry-After says when to try again',
};

function errors(...statuses: readonly number[]): Json {
  return Object.fromEntries(
    statuses.map((status) => [status, json(errorWords[status] ?? '', errorSchema)]),
  );
}

function jsonSchema(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
