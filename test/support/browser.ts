/**
 * A headless Chromium, driven over its DevTools protocol (https://chromedevtools.github.io), for the
 * tests that need to see a page as a person does. Nothing is installed: the system's own is used.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Requirement } from './requirement.ts';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function chromium(): Requirement {
  return { met: candidates.some((path) => existsSync(path)), reason: 'Chromium is not installed' };
}

export interface Browser {
  /** Opens an address and resolves once its scripts have run. */
  goto(url: string): Promise<void>;
  /** The value of an expression in the page; promises are awaited. */
  evaluate(expression: string): Promise<unknown>;
  /** Resolves once the expression is true; rejects after `timeoutMs`, naming it. */
  waitFor(expression: string, timeoutMs?: number): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  /** `prefers-color-scheme`. */
  setColourScheme(scheme: 'light' | 'dark'): Promise<void>;
  /** PNG. */
  screenshot(): Promise<Buffer>;
  /** Uncaught exceptions and console errors (a refused script among them) since `goto`. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export async function startBrowser(): Promise<Browser> {
  const executable = candidates.find((path) => existsSync(path)) ?? '';
  const profile = mkdtempSync(join(tmpdir(), 'browser-'));
  const child = spawn(
    executable,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile } },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const origin = await debuggingOrigin(child);
    const connection = await connect(await firstPage(origin));
    return { ...drive(connection), close: () => end(child, ended, connection, profile) };
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    rmSync(profile, { recursive: true, force: true });
    throw error;
  }
}

async function end(
  child: ChildProcess,
  ended: Promise<void>,
  connection: Connection,
  profile: string,
): Promise<void> {
  connection.close();
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(deadline);
  rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Chromium tells its port on stderr: `DevTools listening on ws://127.0.0.1:PORT/…`. */
function debuggingOrigin(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      heard = (heard + chunk.toString()).slice(-20_000);
      const found = /DevTools listening on ws:\/\/([^/]+)\//.exec(heard)?.[1];
      if (found !== undefined) resolve(`http://${found}`);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the browser ended: ${heard}`)));
  });
}

async function firstPage(origin: string): Promise<string> {
  const response = await fetch(`${origin}/json/list`);
  const targets: unknown = await response.json();
  const page = Array.isArray(targets) ? targets.find((one) => one?.type === 'page') : undefined;
  return String(page?.webSocketDebuggerUrl);
}

interface Connection {
  call(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  on(method: string, listener: (params: Record<string, unknown>) => void): void;
  close(): void;
}

async function connect(url: string): Promise<Connection> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error(`cannot connect to ${url}`)));
  });
  const waiting = new Map<number, (message: Record<string, unknown>) => void>();
  const listeners = new Map<string, (params: Record<string, unknown>) => void>();
  let lastId = 0;
  socket.addEventListener('message', (event) => {
    const message = JSON.parse(String(event.data));
    if (typeof message.id === 'number') waiting.get(message.id)?.(message);
    else listeners.get(message.method)?.(message.params);
  });
  return {
    call: (method, params = {}) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        const id = lastId;
        waiting.set(id, (message) => {
          waiting.delete(id);
          if (message.error === undefined) resolve(Object(message.result));
          else reject(new Error(`${method}: ${JSON.stringify(message.error)}`));
        });
        socket.send(JSON.stringify({ id, method, params }));
      }),
    on: (method, listener) => listeners.set(method, listener),
    close: () => socket.close(),
  };
}

function drive(connection: Connection): Omit<Browser, 'close'> {
  const problems: string[] = [];
  connection.on('Runtime.exceptionThrown', (params) => problems.push(JSON.stringify(params)));
  connection.on('Log.entryAdded', (params) => {
    const entry = Object(params.entry);
    if (entry.level === 'error') problems.push(String(entry.text));
  });
  const ready = Promise.all([
    connection.call('Runtime.enable'),
    connection.call('Log.enable'),
    connection.call('Page.enable'),
  ]);

  const evaluate = async (expression: string): Promise<unknown> => {
    const answer = await connection.call('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (answer.exceptionDetails !== undefined) {
      throw new Error(`${expression}: ${JSON.stringify(answer.exceptionDetails)}`);
    }
    return Object(answer.result).value;
  };

  const waitFor = async (expression: string, timeoutMs = 20_000): Promise<void> => {
    const deadline = performance.now() + timeoutMs;
    while ((await evaluate(`Boolean(${expression})`)) !== true) {
      if (performance.now() > deadline) {
        const text = await evaluate('document.body.innerText');
        throw new Error(`never true: ${expression}; the page says: ${String(text)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  return {
    problems,
    evaluate,
    waitFor,
    goto: async (url) => {
      await ready;
      await connection.call('Page.navigate', { url });
      // What the page before met while its server went away is not this page's doing.
      problems.length = 0;
      await waitFor(`location.href !== 'about:blank' && document.readyState === 'complete'`);
    },
    resize: async (width, height) => {
      await connection.call('Emulation.setDeviceMetricsOverride', {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: width < 600,
      });
    },
    setColourScheme: async (value) => {
      await connection.call('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value }],
      });
    },
    screenshot: async () => {
      const { data } = await connection.call('Page.captureScreenshot', { format: 'png' });
      return Buffer.from(String(data), 'base64');
    },
  };
}
