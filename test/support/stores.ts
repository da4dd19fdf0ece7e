/** Every store of the receiver, for the suites that run over all of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '../../server-example/sqlite-store.ts';
import type { Store } from '../../server-example/store.ts';

export interface Stores {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** A store with nothing in it. The one before it must be closed. */
  empty(): Promise<Store>;
  /** The last one again, after it was closed. */
  reopen(): Promise<Store>;
}

function createSqliteStores(): Stores {
  let folder = '';
  let opened = 0;
  const open = (): Store => createSqliteStore({ path: join(folder, `${opened}`, 'reports.db') });
  return {
    name: 'SQLite',
    start: async () => {
      folder = mkdtempSync(join(tmpdir(), 'stores-'));
    },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
    empty: async () => {
      opened += 1;
      return open();
    },
    reopen: async () => open(),
  };
}

export const sqliteStores = createSqliteStores();
