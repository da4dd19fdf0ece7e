/** A receiver of server-example on a free port and a folder of its own, for one test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReceiver, type ReceiverOptions } from '../../server-example/receiver.ts';
import { createSqliteStore } from '../../server-example/sqlite-store.ts';
import type { Store } from '../../server-example/store.ts';

export interface RunningReceiver extends AsyncDisposable {
  /** Ends with a slash. */
  readonly url: string;
  readonly store: Store;
  readonly logged: readonly string[];
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  getJson(path: string): Promise<Record<string, unknown>>;
}

export async function startReceiver(
  changes: Partial<ReceiverOptions> = {},
): Promise<RunningReceiver> {
  const folder = mkdtempSync(join(tmpdir(), 'receiver-'));
  const store = changes.store ?? createSqliteStore({ path: join(folder, 'reports.db') });
  const logged: string[] = [];
  const receiver = createReceiver({
    now: () => Date.now(),
    log: (line) => logged.push(line),
    ...changes,
    store,
  });
  const url = await receiver.listen('127.0.0.1', 0);
  return {
    url,
    store,
    logged,
    post: (body, headers = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body:
          typeof body === 'string' || body instanceof Uint8Array
            ? Uint8Array.from(Buffer.from(body))
            : JSON.stringify(body),
      }),
    getJson: async (path) => {
      const response = await fetch(new URL(path, url));
      return Object(await response.json());
    },
    [Symbol.asyncDispose]: async () => {
      await receiver.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
