/** What is tried again where the database fails, and what is not. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../../server-example/postgres-database.ts';
import { numberIn } from '../../../server-example/rows.ts';
import { StoreUnavailable } from '../../../server-example/store.ts';
import { type PostgresCluster, postgres, startPostgres } from '../../support/postgres.ts';
import { testWith } from '../../support/requirement.ts';

let cluster: PostgresCluster | undefined;
let database: Database;
const logged: string[] = [];

beforeAll(async () => {
  if (!postgres().met) return;
  cluster = await startPostgres();
  const url = cluster.createDatabase();
  database = openDatabase({ url, log: (line) => logged.push(line), random: () => 0 });
});
afterAll(async () => {
  await database?.close();
  await cluster?.stop();
});

/** How often it is tried when it fails with this code the first `failures` times. */
async function triesOf(code: string, failures: number): Promise<number> {
  let tries = 0;
  await database.attempt('try', async (client) => {
    tries += 1;
    if (tries <= failures) {
      await client.query(`DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '${code}'; END $$`);
    }
  });
  return tries;
}

testWith([postgres()], 'what lost against another statement is tried again', async () => {
  expect(await triesOf('40001', 2)).toBe(3);
  expect(await triesOf('40P01', 1)).toBe(2);
  expect(await triesOf('08006', 1)).toBe(2);
  expect(await triesOf('25006', 1)).toBe(2);
});

testWith([postgres()], 'it is given up after six tries, with what failed and why', async () => {
  let tries = 0;
  const failing = database.attempt('store reports', async (client) => {
    tries += 1;
    await client.query(`DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '40001'; END $$`);
  });
  await expect(failing).rejects.toThrow('store reports: busy');
  expect(tries).toBe(6);
});

testWith([postgres()], 'a statement that is wrong is not tried again', async () => {
  let tries = 0;
  const failing = database.attempt('divide', async (client) => {
    tries += 1;
    await client.query('SELECT 1 / 0');
  });
  await expect(failing).rejects.toBeInstanceOf(StoreUnavailable);
  expect(tries).toBe(1);
});

testWith(
  [postgres()],
  'a connection that is ended in a statement, or between two, is replaced and told in the log',
  async () => {
    logged.length = 0;
    const pids: number[] = [];
    const answer = await database.attempt('work', async (client) => {
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
      const pid = numberIn(rows[0], 'pid');
      pids.push(pid);
      if (pids.length === 1) await client.query('SELECT pg_terminate_backend($1)', [pid]);
      if (pids.length === 2) {
        const gone = new Promise((resolve) => client.once('end', resolve));
        await database.rows('end the other', 'SELECT pg_terminate_backend($1)', [pid]);
        await gone;
      }
      return (await client.query('SELECT 7 AS seven')).rows;
    });
    expect(answer).toEqual([{ seven: 7 }]);
    expect(new Set(pids).size).toBe(3);
    expect(logged.join('\n')).toContain('database: ');
  },
);

testWith(
  [postgres()],
  'every connection has the limits that the receiver promises, whatever the database sets',
  async () => {
    const settings = ['statement_timeout', 'idle_in_transaction_session_timeout'];
    await database.rows('be careless', 'ALTER ROLE tester SET synchronous_commit = off');
    const other = openDatabase({ url: cluster?.createDatabase() ?? '', log: () => {} });
    try {
      const values = [...settings, 'synchronous_commit'].map(
        (name) => `current_setting('${name}')`,
      );
      const [row] = await other.rows(
        'ask',
        `SELECT ${values.map((value, at) => `${value} AS s${at}`)}`,
      );
      expect(row).toEqual({ s0: '15s', s1: '15s', s2: 'on' });
    } finally {
      await other.close();
    }
  },
);

test('a database that is away is told after the tries', async () => {
  const away = openDatabase({
    url: 'postgres://u:p@127.0.0.1:1/d',
    log: () => {},
    random: () => 0,
  });
  await expect(away.rows('ask', 'SELECT 1')).rejects.toThrow(
    /^ask: .*connect ECONNREFUSED 127.0.0.1:1$/,
  );
  await away.close();
});
