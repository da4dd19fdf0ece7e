import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { createHealth } from '../../../server-example/health.ts';
import { createSqliteStore } from '../../../server-example/sqlite-store.ts';
import {
  type IncomingReport,
  type Store,
  StoreUnavailable,
} from '../../../server-example/store.ts';
import { startReceiver } from '../../support/receiver.ts';
import { exampleIncoming, exampleReport } from '../../support/report.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a store that somebody has locked is told, nobody waits long for it, and then it is well again', async () => {
  let ms = 1_795_000_000_000;
  const path = join(temporaryFolder(), 'reports.db');
  const store = createSqliteStore({ path });
  await using receiver = await startReceiver({ store, now: () => ms });
  const health = async () => {
    ms += 2000;
    const answer = await fetch(new URL('healthz', receiver.url));
    return [answer.status, await answer.json(), answer.headers.get('retry-after')];
  };
  expect(await health()).toEqual([200, { ok: true }, null]);

  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  const [status, body, retryAfter] = await health();
  expect([status, retryAfter]).toEqual([503, '10']);
  expect(Object(body).error).toMatch(/^write: .*database is locked$/);
  expect((await receiver.post(exampleReport())).status).toBe(503);
  expect((await receiver.post({ action: 'check_url' })).status).toBe(202);
  other.exec('ROLLBACK');
  other.close();
  expect((await receiver.post(exampleReport())).status).toBe(200);
  expect(await health()).toEqual([200, { ok: true }, null]);
});

const working = {
  concurrentInserts: 1,
  check: async () => {},
  insert: async (batch: readonly IncomingReport[]) => batch.map(() => 'stored' as const),
};

async function createScene(changes: Partial<Store>) {
  const path = join(temporaryFolder(), 'reports.db');
  const base = createSqliteStore({ path });
  let ms = 0;
  const store: Store = { ...base, ...working, ...changes };
  const health = createHealth({ store, now: () => ms, timeoutMs: 20 });
  const check = () =>
    health.check().then(
      () => 'well',
      (error: unknown) => (error instanceof Error ? error.message : error),
    );
  return {
    health,
    check,
    pass: (more: number) => {
      ms += more;
    },
    [Symbol.asyncDispose]: () => base.close(),
  };
}

test('what the last report met is told until one is stored, or a minute has passed', async () => {
  let full = true;
  await using scene = await createScene({
    insert: async (batch) => {
      if (full) throw new StoreUnavailable('store reports', new Error('disk is full'));
      return batch.map(() => 'stored' as const);
    },
  });
  const insert = () => scene.health.store.insert([exampleIncoming()]).catch(() => {});
  await insert();
  expect(await scene.check()).toBe('store reports: disk is full');
  full = false;
  await insert();
  scene.pass(2000);
  expect(await scene.check()).toBe('well');
  full = true;
  await insert();
  scene.pass(2000);
  expect(await scene.check()).toBe('store reports: disk is full');
  scene.pass(60_000);
  expect(await scene.check()).toBe('well');
});

test('however many ask, the store is written to once in two seconds', async () => {
  let writes = 0;
  await using scene = await createScene({
    check: async () => {
      writes += 1;
    },
  });
  await Promise.all(Array.from({ length: 100 }, () => scene.check()));
  scene.pass(1999);
  await scene.check();
  expect(writes).toBe(1);
  scene.pass(1);
  await scene.check();
  expect(writes).toBe(2);
});

test('a store that does not answer is not well', async () => {
  await using scene = await createScene({ check: () => new Promise(() => {}) });
  expect(await scene.check()).toBe('write: no answer');
});
