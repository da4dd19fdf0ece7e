/**
 * What PostgreSQL reads for an answer, counted: no statement walks over the reports of other systems,
 * and a pass of retention reads what it folds.
 */
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type Database, openDatabase } from '../../../server-example/postgres-database.ts';
import { endOfStep, takeReports } from '../../../server-example/postgres-fold.ts';
import { agesOf, deleteHours, deleteReports } from '../../../server-example/postgres-retention.ts';
import { copiesAt, history, newestBody } from '../../../server-example/postgres-statements.ts';
import { createPostgresStore } from '../../../server-example/postgres-store.ts';
import { numberIn } from '../../../server-example/rows.ts';
import { type PostgresCluster, postgres, startPostgres } from '../../support/postgres.ts';
import { testWith } from '../../support/requirement.ts';

const systems = 400;
/** Of each system, a report a minute. */
const reports = 100;
/** Of which so many are old. */
const old = 10;
const start = 1_795_000_000 - (1_795_000_000 % 3600);
const limit = start + old * 60;

const fill = [
  `INSERT INTO systems (id, registered_at, received_at, moment, epoch, disks, network)
   SELECT 'system-' || system, 1, at, at, at, '{}', '{}'
   FROM generate_series(1, ${systems}) AS system, (SELECT ${start + (reports - 1) * 60} AS at) AS newest`,
  `INSERT INTO reports
     (system_id, epoch, copy, received_at, cpu_percent, memory_percent, disks, network, body)
   SELECT 'system-' || system, at, 0, at, 1, 1, '{}', '{}', repeat('x', 50)
   FROM generate_series(1, ${systems}) AS system,
        (SELECT ${start} + 60 * minute AS at FROM generate_series(0, ${reports - 1}) AS minute) AS minutes`,
  `INSERT INTO hourly
   SELECT 'system-' || system, ${Math.floor(start / 3600)} - hour, 60, 1, 1, 1, 1, 0, '{}', '{}'
   FROM generate_series(1, ${systems}) AS system, generate_series(1, 50) AS hour`,
];

const ofOneSystem = {
  endOfStep,
  takeReports,
  agesOf,
  deleteReports,
  deleteHours,
  history,
  newestBody,
  copiesAt,
};
const parameters: Readonly<Record<keyof typeof ofOneSystem, readonly unknown[]>> = {
  endOfStep: ['system-7', start, limit, limit, 1000],
  takeReports: ['system-7', start, limit, limit],
  agesOf: [Array.from({ length: 100 }, (_, at) => `system-${at + 1}`)],
  deleteReports: ['system-7', 50],
  deleteHours: ['system-7', Math.floor(start / 3600) - 40],
  history: ['system-7', start, start + 86_400, 3600],
  newestBody: ['system-7'],
  copiesAt: [[0], ['system-7'], [start], ['x']],
};

let cluster: PostgresCluster | undefined;
beforeAll(async () => {
  if (postgres().met) cluster = await startPostgres();
});
afterAll(() => cluster?.stop());

async function filledDatabase(): Promise<{ url: string; database: Database }> {
  const url = cluster?.createDatabase() ?? '';
  await (await createPostgresStore({ url, log: () => {} })).close();
  const database = openDatabase({ url, log: () => {} });
  for (const statement of fill) await database.rows('fill', statement);
  return { url, database };
}

/** Tables that a plan reads from their beginning to their end. */
async function walkedBy(
  database: Database,
  statement: string,
  values: readonly unknown[],
): Promise<readonly string[]> {
  const rows = await database.rows('explain', `EXPLAIN ${statement}`, values);
  return rows.flatMap((row) => {
    const table = /Seq Scan on (\w+)/.exec(String(row['QUERY PLAN']))?.[1];
    return table === undefined ? [] : [table];
  });
}

testWith(
  [postgres()],
  'no statement of one system walks over a table, whether the planner knows its size or not',
  async () => {
    const { database } = await filledDatabase();
    try {
      for (const known of [false, true]) {
        if (known) await database.rows('count', 'ANALYZE');
        for (const [name, statement] of Object.entries(ofOneSystem)) {
          const values = Object.entries(parameters).find(([key]) => key === name)?.[1] ?? [];
          const walked = await walkedBy(database, statement, values);
          // The list of systems may be read whole; it is small beside what they reported.
          expect([name, walked.filter((table) => table !== 'systems')]).toEqual([name, []]);
        }
      }
      expect(await walkedBy(database, 'SELECT count(body) FROM reports', [])).toEqual(['reports']);
    } finally {
      await database.close();
    }
  },
);

testWith(
  [postgres()],
  'a pass of retention reads what it folds, and one that finds nothing reads next to nothing',
  async () => {
    const { url, database } = await filledDatabase();
    await database.rows('count', 'VACUUM ANALYZE');
    const readOf = async (): Promise<number> => {
      const [row = {}] = await database.rows(
        'read the counters',
        `SELECT sum(seq_tup_read + idx_tup_fetch)::float8 AS rows FROM pg_stat_user_tables
         WHERE relname IN ('reports', 'hourly')`,
      );
      return numberIn(row, 'rows');
    };
    const pass = async (): Promise<{ folded: number; read: number }> => {
      const before = await readOf();
      const store = await createPostgresStore({ url, log: () => {} });
      let folded = 0;
      for (let [more, steps] = [true, 0]; more && steps < 1000; steps += 1) {
        const step = await store.prune({ receivedBefore: limit, hourlyBefore: start - 3600 * 48 });
        folded += step.reportsFolded;
        more = step.more;
      }
      // A connection hands its counters over when it ends.
      await store.close();
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { folded, read: (await readOf()) - before };
    };
    try {
      const first = await pass();
      expect(first.folded).toBe(systems * old);
      // Each row once to find where a step ends, once to look for late copies, once to delete it.
      expect(first.read / first.folded).toBeLessThan(5);
      const second = await pass();
      expect(second.folded).toBe(0);
      expect(second.read / systems).toBeLessThan(5);
    } finally {
      await database.close();
    }
  },
);
