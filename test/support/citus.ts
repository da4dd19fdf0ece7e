/**
 * A real distributed PostgreSQL for the tests: Citus, one coordinator and two workers, which the
 * program that CITUS_RUNNER names starts and ends:
 *
 *   up DIR PORT    a new cluster in DIR, on PORT and the two ports after it; prints its address
 *   kill DIR N     kill −9 of node N (0 the coordinator, 1 and 2 the workers)
 *   start DIR N    node N again
 *   down DIR       the end of all of it
 */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '../../server-example/postgres-database.ts';
import { freePorts } from './free-ports.ts';
import type { Requirement } from './requirement.ts';

const run = promisify(execFile);

export type CitusNode = 0 | 1 | 2;

export interface CitusCluster {
  readonly url: string;
  /** Makes the database as it was when the cluster was new. */
  clear(): Promise<void>;
  kill(node: CitusNode): Promise<void>;
  start(node: CitusNode): Promise<void>;
  stop(): Promise<void>;
}

export function citus(): Requirement {
  const isSet = (process.env.CITUS_RUNNER ?? '') !== '';
  return {
    met: isSet && process.getuid?.() === 0,
    reason: isSet ? 'Citus needs root' : 'CITUS_RUNNER is not set',
  };
}

/** `shards` of each table: two nodes need no more than a few, and each costs time. */
export async function startCitus({ shards = 4 } = {}): Promise<CitusCluster> {
  const parent = await mkdtemp(join(tmpdir(), 'citus-'));
  // The servers run as a user of their own.
  await chmod(parent, 0o755);
  const folder = join(parent, 'cluster');
  const runner = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await run('bash', [process.env.CITUS_RUNNER ?? '', ...words]);
    return stdout.trim();
  };
  const url = await runner('up', folder, String(await freePorts(3)));
  await ask(
    url,
    `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET citus.shard_count = ${shards}`,
  );
  return {
    url,
    clear: () => ask(url, 'DROP TABLE IF EXISTS systems, reports, hourly'),
    kill: async (node) => void (await runner('kill', folder, String(node))),
    start: async (node) => void (await runner('start', folder, String(node))),
    stop: async () => {
      await runner('down', folder);
      await rm(parent, { recursive: true, force: true });
    },
  };
}

async function ask(url: string, statement: string): Promise<void> {
  const database = openDatabase({ url, log: () => {} });
  try {
    await database.rows('prepare the cluster', statement);
  } finally {
    await database.close();
  }
}
