/**
 * A receiver as users of the original have it today: the published contract to the letter, a fixed
 * list of registered ids, and no patience with anything else. What it refuses would break somebody.
 *
 * It shares nothing with src/wire on purpose: a mistake there must not excuse itself here.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface SeenRequest {
  readonly headers: IncomingHttpHeaders;
  /** The body's JSON, or its text where it was none. */
  readonly body: unknown;
  readonly status: number;
  /** Why it was refused, or undefined. */
  readonly refusal: string | undefined;
}

export interface OriginalReceiver {
  /** Without a slash at its end, as the original's default is written. */
  readonly url: string;
  /** Every request in the order of arrival, refused ones too. */
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

export interface OriginalReceiverOptions {
  readonly registeredIds: readonly string[];
  /** 0, the default, takes a free one. */
  readonly port?: number;
}

export async function startOriginalReceiver(
  options: OriginalReceiverOptions,
): Promise<OriginalReceiver> {
  const registered = new Set(options.registeredIds);
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = parse(text);
      const refusal = refusalOfRequest(request) ?? refusalOfBody(body);
      const status = refusal?.status ?? statusFor(Object(body), registered);
      requests.push({
        headers: request.headers,
        body: body ?? text,
        status,
        refusal: refusal?.reason,
      });
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
      response.end(status === 204 ? undefined : (refusal?.reason ?? ''));
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function statusFor(body: Record<string, unknown>, registered: ReadonlySet<string>): number {
  if (body.action === 'check_url') return 202;
  if (body.action === 'send_stats') return 200;
  return registered.has(String(body.system_id)) ? 200 : 204;
}

interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** A small WSGI server reads a plain body of a known length and nothing else. */
function refusalOfRequest(request: IncomingMessage): Refusal | undefined {
  const { headers } = request;
  if (request.url !== '/') return { status: 404, reason: `there is nothing at ${request.url}` };
  if (request.method !== 'POST') return { status: 405, reason: `${request.method} is not allowed` };
  if (headers['content-type']?.split(';')[0] !== 'application/json') {
    return { status: 415, reason: `content-type ${headers['content-type']} is not JSON` };
  }
  if (headers['content-encoding'] !== undefined) {
    return { status: 400, reason: `content-encoding ${headers['content-encoding']}` };
  }
  if (headers['content-length'] === undefined) return { status: 411, reason: 'no content-length' };
  return undefined;
}

type Check = (value: unknown, path: string) => string | undefined;

function refusalOfBody(body: unknown): Refusal | undefined {
  const action = String(Object(body).action);
  const check = Object.hasOwn(actions, action) ? actions[action] : undefined;
  const reason = check === undefined ? `action ${action} is unknown` : check(body, '$');
  return reason === undefined ? undefined : { status: 400, reason };
}

const text: Check = (value, path) =>
  typeof value === 'string' ? undefined : `${path} is no string`;
/** Python's whole numbers have no bound. */
const integer: Check = (value, path) =>
  Number.isInteger(value) && Number(value) >= 0 ? undefined : `${path} is no whole number`;
const percent: Check = (value, path) =>
  typeof value === 'number' && value >= 0 && value <= 100 ? undefined : `${path} is no share`;

/** Exactly these keys; a leading `?` marks one that may be absent. */
function object(keys: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return `${path} is no object`;
    }
    const entries = new Map<string, unknown>(Object.entries(value));
    for (const [marked, check] of Object.entries(keys)) {
      const key = marked.replace('?', '');
      if (!entries.has(key)) {
        if (marked.startsWith('?')) continue;
        return `${path}.${key} is missing`;
      }
      const problem = check(entries.get(key), `${path}.${key}`);
      if (problem !== undefined) return problem;
      entries.delete(key);
    }
    const [extra] = entries.keys();
    return extra === undefined ? undefined : `${path}.${extra} is not part of the contract`;
  };
}

function each(check: Check): Check {
  return (value, path) => {
    for (const [key, one] of Object.entries(Object(value))) {
      const problem = check(one, `${path}.${key}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

const recordOf =
  (check: Check): Check =>
  (value, path) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? each(check)(value, path)
      : `${path} is no object`;

const arrayOf =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value) ? each(check)(value, path) : `${path} is no array`;

const stats = object({
  cpu: object({ count: integer, '?frequency': integer, percent_used: percent }),
  memory: object({
    total: integer,
    available: integer,
    percent_used: percent,
    used: integer,
    free: integer,
  }),
  processes: arrayOf(object({ pid: integer, name: text, username: text })),
  disks: recordOf(
    object({ file_system: text, mount_point: text, total: integer, used: integer, free: integer }),
  ),
  network: recordOf(
    object({ ip: text, netmask: text, '?bytes_sent': integer, '?bytes_recv': integer }),
  ),
});

const actions: Readonly<Record<string, Check>> = {
  check_url: object({ action: text }),
  check_system_id: object({ action: text, system_id: text }),
  send_stats: object({
    action: text,
    system_id: text,
    url: text,
    interval: integer,
    epoch: integer,
    stats,
  }),
};

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
