/**
 * The database fails under load, with three receivers over it: none of them ends, what they answered
 * with 200 is there, and nothing is there twice.
 */
import { join } from 'node:path';
import { afterEach, expect } from '@jest/globals';
import { openDatabase } from '../../server-example/postgres-database.ts';
import { createPostgresStore } from '../../server-example/postgres-store.ts';
import { StoreUnavailable } from '../../server-example/store.ts';
import { citus, startCitus } from '../support/citus.ts';
import { type FleetLoad, startFleetLoad } from '../support/fleet-load.ts';
import { haproxy } from '../support/haproxy.ts';
import { type PostgresCluster, postgres, startPostgres } from '../support/postgres.ts';
import { type ReceiverFleet, startReceiverFleet } from '../support/receiver-fleet.ts';
import { exampleIncoming, exampleReport } from '../support/report.ts';
import { testWith } from '../support/requirement.ts';

const machines = 12;
/** Between two faults, so many reports are taken. */
const some = 60;
const timeoutMs = 180_000;

/** What must be stopped after a test, the last first. */
const running: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

async function startCluster(): Promise<PostgresCluster> {
  const cluster = await startPostgres();
  running.push(cluster.stop);
  return cluster;
}

interface Scene {
  readonly fleet: ReceiverFleet;
  readonly load: FleetLoad;
}

/** `databases` as haproxy reaches them, the first as long as it answers. */
async function startScene(storeUrl: string, databases: readonly string[]): Promise<Scene> {
  const fleet = await startReceiverFleet({ storeUrl, databases });
  running.push(fleet.stop);
  const load = startFleetLoad(fleet.url, machines);
  running.push(() => load.stop().catch(() => {}));
  await load.more(some);
  return { fleet, load };
}

function socketOf({ folder }: { readonly folder: string }): string {
  return `unix@${join(folder, '.s.PGSQL.5432')}`;
}

/** Every receiver noticed the fault, and all goes on as if it had not been. */
async function expectNothingLost({ fleet, load }: Scene): Promise<void> {
  await load.more(some);
  await load.stop();
  for (const { child, said } of fleet.servers) {
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    expect(said).toContain('database: ');
  }
  expect(await fleet.missing(load.acknowledged)).toEqual([]);
  expect(await fleet.twice()).toEqual([]);
  expect([...load.refusals.keys()].filter((status) => status !== 503)).toEqual([]);
}

const withPostgres = [postgres(), haproxy()];

testWith(
  withPostgres,
  'a database that crashes and recovers, again and again',
  async () => {
    const cluster = await startCluster();
    const scene = await startScene(cluster.createDatabase(), [socketOf(cluster)]);
    for (let crashes = 0; crashes < 3; crashes += 1) {
      await cluster.crash();
      await scene.load.more(some);
    }
    await expectNothingLost(scene);
  },
  timeoutMs,
);

testWith(
  withPostgres,
  'connections that the database ends, and connections that are cut in between',
  async () => {
    const cluster = await startCluster();
    const scene = await startScene(cluster.createDatabase(), [socketOf(cluster)]);
    const { fleet, load } = scene;
    for (let rounds = 0; rounds < 5; rounds += 1) {
      await fleet.database.rows(
        'end the others',
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      await load.more(some / 2);
      await fleet.proxy.command('shutdown sessions server database/d0');
      await load.more(some / 2);
    }
    await expectNothingLost(scene);
  },
  timeoutMs,
);

testWith(
  withPostgres,
  'a database whose standby takes over for good, though its settings would not wait for the standby',
  async () => {
    const cluster = await startCluster();
    const storeUrl = cluster.createDatabase();
    const standby = await cluster.startStandby();
    running.push(standby.stop);
    const owner = openDatabase({ url: storeUrl, log: () => {} });
    running.push(owner.close);
    await owner.rows('be careless', 'ALTER ROLE tester SET synchronous_commit = off');

    const scene = await startScene(storeUrl, [socketOf(cluster), socketOf(standby)]);
    const { fleet, load } = scene;
    // What is acknowledged from here on without the standby is lost with the primary.
    await standby.kill();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await cluster.kill();
    const answer = await fetch(fleet.servers[0]?.url ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(exampleReport()),
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10']);
    await standby.promote();
    expect(load.refusals.get(503)).toBeGreaterThan(0);
    await expectNothingLost(scene);
  },
  timeoutMs,
);

testWith(
  [citus(), haproxy()],
  'a distributed database of which a worker is killed, then the coordinator',
  async () => {
    const cluster = await startCitus();
    running.push(cluster.stop);
    const { host } = new URL(cluster.url);
    const scene = await startScene(cluster.url, [host]);
    const { fleet, load } = scene;
    for (const node of [1, 0] as const) {
      await cluster.kill(node);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await cluster.start(node);
      await load.more(some);
    }
    // A worker that was away when the others committed is told afterwards, once a minute by itself.
    await fleet.database.rows('recover', 'SELECT recover_prepared_transactions()');
    await expectNothingLost(scene);
  },
  timeoutMs,
);

testWith(
  [postgres()],
  'a database that does not answer any more is given up in time, and taken again when it does',
  async () => {
    const cluster = await startCluster();
    const url = cluster.createDatabase();
    const store = await createPostgresStore({ url, log: () => {}, statementTimeoutMs: 500 });
    running.push(store.close);
    const database = openDatabase({ url, log: () => {} });
    running.push(database.close);
    const report = exampleIncoming({ epoch: 1 });
    await store.insert([report]);
    const [backend] = await database.rows(
      'find its connection',
      `SELECT pid FROM pg_stat_activity
       WHERE application_name LIKE 'system-monitor%' AND pid <> pg_backend_pid()`,
    );
    process.kill(Number(backend?.pid), 'SIGSTOP');
    try {
      const refused = store.insert([exampleIncoming({ epoch: 2 })]);
      await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
    } finally {
      process.kill(Number(backend?.pid), 'SIGCONT');
    }
    expect(await store.insert([report, exampleIncoming({ epoch: 3 })])).toEqual([
      'duplicate',
      'stored',
    ]);
  },
  timeoutMs,
);

testWith(
  [postgres()],
  'a statement that takes too long is ended by the database itself, and leaves no lock',
  async () => {
    const cluster = await startCluster();
    const url = cluster.createDatabase();
    const store = await createPostgresStore({ url, log: () => {}, statementTimeoutMs: 300 });
    running.push(store.close);
    const other = openDatabase({ url, log: () => {} });
    running.push(other.close);
    await other.attempt('hold the table', async (client) => {
      await client.query('BEGIN');
      await client.query('LOCK TABLE reports IN EXCLUSIVE MODE');
      await expect(store.insert([exampleIncoming()])).rejects.toThrow('statement timeout');
      await client.query('COMMIT');
    });
    expect(await store.insert([exampleIncoming()])).toEqual(['stored']);
  },
  timeoutMs,
);
