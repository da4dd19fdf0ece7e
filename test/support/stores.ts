/** Every store of the receiver, for the suites that run over all of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgresStore } from '../../server-example/postgres-store.ts';
import { createSqliteStore } from '../../server-example/sqlite-store.ts';
import type { Store } from '../../server-example/store.ts';
import { type CitusCluster, citus, startCitus } from './citus.ts';
import { type PostgresCluster, postgres, startPostgres } from './postgres.ts';
import type { Requirement } from './requirement.ts';

export interface Stores {
  readonly name: string;
  readonly requirements: readonly Requirement[];
  start(): Promise<void>;
  stop(): Promise<void>;
  /** A store with nothing in it. The one before it must be closed. */
  empty(): Promise<Store>;
  /** The last one again, after it was closed or beside it. */
  reopen(): Promise<Store>;
}

function createSqliteStores(): Stores {
  let folder = '';
  let opened = 0;
  const open = (): Store => createSqliteStore({ path: join(folder, `${opened}`, 'reports.db') });
  return {
    name: 'SQLite',
    requirements: [],
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

function createPostgresStores(): Stores {
  let cluster: PostgresCluster | undefined;
  let url = '';
  const open = (): Promise<Store> => createPostgresStore({ url, log: () => {} });
  return {
    name: 'PostgreSQL',
    requirements: [postgres()],
    start: async () => {
      cluster = await startPostgres();
    },
    stop: async () => cluster?.stop(),
    empty: () => {
      url = cluster?.createDatabase() ?? '';
      return open();
    },
    reopen: open,
  };
}

function createCitusStores(): Stores {
  let cluster: CitusCluster | undefined;
  const open = (): Promise<Store> =>
    createPostgresStore({ url: cluster?.url ?? '', log: () => {} });
  return {
    name: 'Citus',
    requirements: [citus()],
    start: async () => {
      cluster = await startCitus();
    },
    stop: async () => cluster?.stop(),
    empty: async () => {
      await cluster?.clear();
      return open();
    },
    reopen: open,
  };
}

export const allStores: readonly Stores[] = [
  createSqliteStores(),
  createPostgresStores(),
  createCitusStores(),
];
