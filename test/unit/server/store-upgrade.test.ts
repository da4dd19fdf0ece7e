/** Databases that the first version of the stores made go on in this one, with all that they hold. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../../server-example/postgres-database.ts';
import { createPostgresStore } from '../../../server-example/postgres-store.ts';
import { createSqliteStore } from '../../../server-example/sqlite-store.ts';
import type { IncomingReport, Store } from '../../../server-example/store.ts';
import { citus, startCitus } from '../../support/citus.ts';
import { firstPostgresSchema, firstSqliteSchema } from '../../support/first-stores.ts';
import { postgres, startPostgres } from '../../support/postgres.ts';
import { exampleIncoming } from '../../support/report.ts';
import { testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const first = 1_795_000_000;
const last = first + 60;

function report(epoch: number, body = `{"epoch":${epoch}}`): IncomingReport {
  return exampleIncoming({ epoch, receivedAt: epoch, body, cpuPercent: 10 });
}

const systemsRow = `
  INSERT INTO systems (id, name, registered_at, received_at, moment, epoch, interval, url,
    cpu_count, cpu_percent, memory_total, memory_used, memory_percent, disks, network)
  VALUES ('Linux-a', 'alpha', ${first}, ${last}, ${last}, ${last}, 60, '', 1, 10, 1, 1, 1,
          '{}', '{}');
`;

async function expectAllThere(store: Store): Promise<void> {
  const [system] = await store.systems();
  expect(system).toMatchObject({ id: 'Linux-a', name: 'alpha', newest: { epoch: last } });
  expect(await store.newestReport('Linux-a')).toBe(report(last).body);
  expect(await store.insert([report(first), report(last), report(last + 60)])).toEqual([
    'duplicate',
    'duplicate',
    'stored',
  ]);
  expect(await store.insert([report(first, 'other'), report(last, 'other')])).toEqual([
    'conflict',
    'conflict',
  ]);
  const query = { systemId: 'Linux-a', from: 0, to: last + 60, bucketSeconds: 1 };
  const points = await store.history(query);
  expect(points.map((point) => [point.epoch, point.reports])).toEqual([
    [first, 2],
    [last, 2],
    [last + 60, 1],
  ]);
}

test('an SQLite database of the first version is taken over, and opens again', async () => {
  const path = join(temporaryFolder(), 'reports.db');
  const database = new DatabaseSync(path);
  database.exec(firstSqliteSchema);
  database.exec(systemsRow);
  database.exec('UPDATE systems SET newest_report = 9');
  for (const [id, epoch] of [
    [4, first],
    [9, last],
  ] as const) {
    database
      .prepare(`INSERT INTO reports VALUES (?, 'Linux-a', ?, ?, 10, 1, '{}', '{}')`)
      .run(id, epoch, epoch);
    database.prepare('INSERT INTO bodies VALUES (?, ?)').run(id, report(epoch).body);
  }
  database.close();

  const store = createSqliteStore({ path });
  await expectAllThere(store);
  await store.close();
  const again = createSqliteStore({ path });
  expect(await again.insert([report(last, 'other')])).toEqual(['duplicate']);
  await again.close();
  expect(indexesOf(path)).toContain('reports_by_arrival');
});

test('an SQLite database of a later version is refused and left as it is', async () => {
  const path = join(temporaryFolder(), 'reports.db');
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE later (id INTEGER); PRAGMA user_version = 99');
  database.close();
  expect(() => createSqliteStore({ path })).toThrow('made by another version of this receiver');
  const left = new DatabaseSync(path);
  expect(left.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
  left.close();
});

/** What a database of the first version holds, put into an empty one. */
async function fillFirstVersion(database: Database): Promise<void> {
  await database.rows('make the first tables', firstPostgresSchema);
  await database.rows('make a system', systemsRow);
  for (const epoch of [first, last]) {
    const insert = `INSERT INTO reports VALUES ('Linux-a', $1, $1, 10, 1, '{}', '{}', $2)`;
    await database.rows('make a report', insert, [epoch, report(epoch).body]);
  }
}

async function openThreeAtOnce(url: string): Promise<void> {
  const open = (): Promise<Store> => createPostgresStore({ url, log: () => {} });
  const stores = await Promise.all([open(), open(), open()]);
  for (const store of stores.slice(0, 1)) await expectAllThere(store);
  for (const store of stores) {
    expect(await store.insert([report(last, 'other')])).toEqual(['duplicate']);
    await store.close();
  }
}

testWith(
  [postgres()],
  'a PostgreSQL database of the first version is taken over by receivers that start at once',
  async () => {
    const cluster = await startPostgres();
    const url = cluster.createDatabase();
    const database = openDatabase({ url, log: () => {} });
    try {
      await fillFirstVersion(database);
      await openThreeAtOnce(url);
      const indexes = `SELECT indexname FROM pg_indexes WHERE tablename = 'reports'`;
      expect(await database.rows('ask', indexes)).toEqual([{ indexname: 'reports_pkey' }]);
    } finally {
      await database.close();
      await cluster.stop();
    }
  },
);

testWith(
  [citus()],
  'a Citus database of the first version is spread over its nodes, and nothing is left on the first',
  async () => {
    const cluster = await startCitus();
    const database = openDatabase({ url: cluster.url, log: () => {} });
    try {
      await fillFirstVersion(database);
      await openThreeAtOnce(cluster.url);
      const tables = await database.rows(
        'ask',
        `SELECT table_name::text, citus_table_type, distribution_column, colocation_id,
           pg_relation_size(table_name)::int AS bytes_here
         FROM citus_tables ORDER BY 1`,
      );
      const { colocation_id } = tables[0] ?? {};
      const spread = { citus_table_type: 'distributed', colocation_id, bytes_here: 0 };
      expect(tables).toEqual([
        { table_name: 'hourly', distribution_column: 'system_id', ...spread },
        { table_name: 'reports', distribution_column: 'system_id', ...spread },
        { table_name: 'systems', distribution_column: 'id', ...spread },
      ]);

      // As the version after the first one had it, where somebody had spread its tables by hand.
      await database.rows('index', 'CREATE INDEX reports_by_arrival ON reports (received_at)');
      const again = await createPostgresStore({ url: cluster.url, log: () => {} });
      expect(await again.insert([report(last, 'other')])).toEqual(['duplicate']);
      await again.close();
      const indexes = `SELECT indexname FROM pg_indexes WHERE tablename = 'reports'`;
      expect(await database.rows('ask', indexes)).toEqual([{ indexname: 'reports_pkey' }]);
    } finally {
      await database.close();
      await cluster.stop();
    }
  },
);

function indexesOf(path: string): readonly unknown[] {
  const database = new DatabaseSync(path);
  const rows = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'index'`).all();
  database.close();
  return rows.map((row) => row.name);
}
