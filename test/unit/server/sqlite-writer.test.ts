/** The thread that writes to SQLite: in order, beside the readers, and not the end of the receiver. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { openDatabase } from '../../../server-example/sqlite-database.ts';
import { createSqliteStore } from '../../../server-example/sqlite-store.ts';
import { createSqliteWriter } from '../../../server-example/sqlite-writer.ts';
import { StoreUnavailable } from '../../../server-example/store.ts';
import { exampleIncoming } from '../../support/report.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('what is asked at once is done in its order', async () => {
  const store = createSqliteStore({ path: join(temporaryFolder(), 'reports.db') });
  const report = exampleIncoming();
  const answers = await Promise.all([
    store.register(report.systemId, 1),
    store.rename(report.systemId, 'one'),
    store.insert([report]),
    store.insert([report]),
    store.forget(report.systemId),
    store.rename(report.systemId, 'two'),
  ]);
  expect(answers.slice(0, 4)).toEqual([true, true, ['stored'], ['duplicate']]);
  expect(answers[4]).toBe(true);
  await store.close();
});

test('reading goes on while a write waits for another program, which is then told as such', async () => {
  const path = join(temporaryFolder(), 'reports.db');
  const store = createSqliteStore({ path });
  await store.insert([exampleIncoming()]);
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  let isWritten = false;
  const writing = store
    .insert([{ ...exampleIncoming(), epoch: 5 }])
    .finally(() => {
      isWritten = true;
    })
    .catch((error: unknown) => error);
  expect(await store.systems()).toHaveLength(1);
  expect(isWritten).toBe(false);
  const refusal = await writing;
  expect(refusal).toBeInstanceOf(StoreUnavailable);
  expect(String(refusal)).toContain('store reports: database is locked');
  other.exec('ROLLBACK');
  other.close();
  expect(await store.insert([{ ...exampleIncoming(), epoch: 5 }])).toEqual(['stored']);
  await store.close();
});

test('a thread that ends is told to who waits, and the next write has a new one', async () => {
  const path = join(temporaryFolder(), 'reports.db');
  openDatabase(path).close();
  let started = 0;
  const writer = createSqliteWriter(path, {
    onThread: (thread) => {
      started += 1;
      if (started === 1) void thread.terminate();
    },
  });
  const write = () => writer.write({ operation: 'insert', asked: [exampleIncoming()] });
  await expect(write()).rejects.toThrow("the store's thread has ended");
  expect(await write()).toEqual(['stored']);
  expect(started).toBe(2);
  await writer.close();
});

test('closing waits for what was asked, and takes nothing more', async () => {
  const path = join(temporaryFolder(), 'reports.db');
  const store = createSqliteStore({ path });
  const stored = store.insert([exampleIncoming()]);
  const closed = store.close();
  await expect(store.insert([exampleIncoming()])).rejects.toThrow('the store is closed');
  expect(await stored).toEqual(['stored']);
  await closed;
  const again = openDatabase(path);
  expect(again.prepare('SELECT count(*) AS reports FROM reports').get()).toEqual({ reports: 1 });
  again.close();
});
