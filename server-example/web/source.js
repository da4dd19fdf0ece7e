/** Where the page's figures come from: the API, and its events. */

/**
 * @typedef {import('../api-schemas.ts').SystemSummary} System
 * @typedef {import('../api-schemas.ts').SystemState} SystemState
 * @typedef {import('../api-schemas.ts').History} History
 * @typedef {import('../api-schemas.ts').Fleet} Fleet
 * @typedef {import('../api-schemas.ts').SessionState} SessionState
 * @typedef {import('../api-schemas.ts').Detail} Detail
 * @typedef {Detail['processes'][number]} Process
 */

/** The server's clock minus this one's, seconds: ages are told by the server's. */
let clockOffset = 0;

/** Whole seconds since 1970 by the server's clock. */
export function serverNow() {
  return Math.floor(Date.now() / 1000 + clockOffset);
}

/** An answer other than 200. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function request(path, options) {
  const response = await fetch(path, options);
  const value = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, value.error ?? response.statusText);
  return value;
}

/**
 * The id stands beside the path: no path can hold one such as `..`.
 *
 * @param {string} id
 * @param {string} [part]
 */
function systemPath(id, part = '') {
  return `/api/system${part}?id=${encodeURIComponent(id)}`;
}

/**
 * @param {string} id
 * @param {string} name empty takes the name away
 */
export async function renameSystem(id, name) {
  await request(systemPath(id), sendJson('PUT', { name }));
}

/** @param {string} token */
export async function signIn(token) {
  await request('/api/session', sendJson('POST', { token }));
}

export async function signOut() {
  await request('/api/session', { method: 'DELETE' });
}

/** @returns {Promise<SessionState>} */
export function readSession() {
  return getJson('/api/session');
}

/**
 * @param {string} method
 * @param {unknown} value
 * @returns {RequestInit}
 */
function sendJson(method, value) {
  return {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
async function getJson(path, signal) {
  const value = await request(path, signal === undefined ? {} : { signal });
  if (typeof value.now === 'number') clockOffset = value.now - Date.now() / 1000;
  return value;
}

/** @returns {Promise<Fleet>} */
export function readFleet() {
  return getJson('/api/systems');
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Detail>}
 */
export function readDetail(id, signal) {
  return getJson(systemPath(id), signal);
}

/**
 * @param {string} id
 * @param {number} hours
 * @param {AbortSignal} signal
 * @returns {Promise<History>}
 */
export function readHistory(id, hours, signal) {
  return getJson(`${systemPath(id, '/history')}&hours=${hours}`, signal);
}

/**
 * The state by the server's own thresholds, as time passes without a report.
 *
 * @param {System} system
 * @param {number} now
 * @returns {SystemState}
 */
export function stateOf(system, now) {
  if (system.late_at === null || system.silent_at === null) return 'waiting';
  if (now >= system.silent_at) return 'silent';
  return now >= system.late_at ? 'late' : 'up';
}

/** After an answer that was no stream (a proxy's 502), which browsers take as final. */
const reconnectMs = 10_000;

/**
 * Events of the systems that have reported, again after every break.
 *
 * @param {{ onSystems: (systems: System[]) => void, onState: (connected: boolean) => void }} listener
 * @returns {() => void} closes the connection
 */
export function listenToEvents({ onSystems, onState }) {
  /** @type {number | undefined} */
  let timer;
  /** @type {EventSource} */
  let source;
  const connect = () => {
    source = new EventSource('/api/events');
    source.addEventListener('open', () => onState(true));
    source.addEventListener('systems', (event) => onSystems(JSON.parse(event.data).systems));
    source.addEventListener('error', () => {
      onState(false);
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, reconnectMs);
    });
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
