/**
 * The tables of the PostgreSQL store, and how those of an earlier version become these. They keep to
 * what the databases that speak PostgreSQL's protocol share (Citus, YugabyteDB, CockroachDB):
 *
 * - Every key begins with the system, and nothing is kept in the order of time alone. Such a database
 *   spreads its rows by the key's first column; one that grows with the clock would send every report
 *   to the same node.
 * - What concerns one system needs one node, so retention and histories are of one system at a time.
 * - No row is locked but by changing it, and there are no advisory locks.
 *
 * A report's JSON stands in its row: PostgreSQL moves long values out of the way by itself
 * (https://www.postgresql.org/docs/current/storage-toast.html).
 */
import type { PoolClient } from 'pg';
import { inTransaction } from './postgres-database.ts';

/** `copy` numbers the different reports of one system and second, from 0. */
const tables = [
  `CREATE TABLE IF NOT EXISTS systems (
    id TEXT PRIMARY KEY,
    name TEXT,
    registered_at BIGINT NOT NULL,
    received_at BIGINT,
    moment BIGINT,
    epoch BIGINT,
    interval BIGINT,
    url TEXT,
    cpu_count BIGINT,
    cpu_frequency DOUBLE PRECISION,
    cpu_percent DOUBLE PRECISION,
    memory_total BIGINT,
    memory_used BIGINT,
    memory_percent DOUBLE PRECISION,
    process_count BIGINT,
    disks TEXT,
    network TEXT,
    before_epoch BIGINT,
    before_network TEXT
  )`,
  `CREATE TABLE IF NOT EXISTS reports (
    system_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    copy BIGINT NOT NULL DEFAULT 0,
    received_at BIGINT NOT NULL,
    cpu_percent DOUBLE PRECISION NOT NULL,
    memory_percent DOUBLE PRECISION NOT NULL,
    disks TEXT NOT NULL,
    network TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (system_id, epoch, copy)
  )`,
  `CREATE TABLE IF NOT EXISTS hourly (
    system_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    reports BIGINT NOT NULL,
    cpu_sum DOUBLE PRECISION NOT NULL,
    cpu_max DOUBLE PRECISION NOT NULL,
    memory_sum DOUBLE PRECISION NOT NULL,
    memory_max DOUBLE PRECISION NOT NULL,
    last_epoch BIGINT NOT NULL,
    disks TEXT NOT NULL,
    network TEXT NOT NULL,
    PRIMARY KEY (system_id, hour)
  )`,
];

/** Whether the tables are of the first version, which kept one report of a second. */
const isFirstVersion = `
  SELECT count(*) = 0 AS yes FROM information_schema.columns
  WHERE table_schema = current_schema() AND table_name = 'reports' AND column_name = 'copy'`;

/**
 * With the same end when two receivers do it one after the other. A receiver of the first version can
 * store nothing from then on and answers 503 until it is replaced.
 */
const upgradeFirstVersion = [
  'ALTER TABLE reports ADD COLUMN IF NOT EXISTS copy BIGINT NOT NULL DEFAULT 0',
  'ALTER TABLE reports DROP CONSTRAINT reports_pkey, ADD PRIMARY KEY (system_id, epoch, copy)',
];

/** Retention found old reports by it; they are looked up by their systems now. */
const dropArrivalIndex = 'DROP INDEX IF EXISTS reports_by_arrival';

/** https://docs.citusdata.com: without these calls every row would stay on the first node. */
const hasCitus = `SELECT count(*) = 1 AS yes FROM pg_extension WHERE extname = 'citus'`;
const isDistributed =
  'SELECT count(*) = 1 AS yes FROM pg_dist_partition WHERE logicalrelid = $1::regclass';
const distributed = [
  ['systems', `SELECT create_distributed_table('systems', 'id')`],
  [
    'reports',
    `SELECT create_distributed_table('reports', 'system_id', colocate_with => 'systems')`,
  ],
  ['hourly', `SELECT create_distributed_table('hourly', 'system_id', colocate_with => 'systems')`],
] as const;
/** Distributing copies the rows; those that it copied stay on the first node, out of sight. */
const dropCopied = 'SELECT truncate_local_data_after_distributing_table($1::regclass)';

/**
 * Makes the tables where they are missing, and these out of those of an earlier version: all or
 * nothing. Several receivers may do it at once; each of them ends with the same tables, or fails and
 * does when it tries again. Every statement goes alone, as Citus demands of what it passes on.
 */
export async function makeTables(client: PoolClient): Promise<void> {
  await inTransaction(client, async () => {
    for (const table of tables) await client.query(table);
    if (await holds(client, isFirstVersion)) {
      for (const step of upgradeFirstVersion) await client.query(step);
    }
    await client.query(dropArrivalIndex);
    if (await holds(client, hasCitus)) await distribute(client);
  });
}

async function distribute(client: PoolClient): Promise<void> {
  for (const [table, statement] of distributed) {
    if (await holds(client, isDistributed, [table])) continue;
    await client.query(statement);
    await client.query(dropCopied, [table]);
  }
}

async function holds(
  client: PoolClient,
  question: string,
  values: string[] = [],
): Promise<boolean> {
  const { rows } = await client.query(question, values);
  return rows[0]?.yes === true;
}
