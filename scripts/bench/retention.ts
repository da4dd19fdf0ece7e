/**
 * How much faster old reports are folded than a fleet sends new ones, while it sends them: on
 * PostgreSQL, and on Citus where CITUS_RUNNER names what starts one (test/support/citus.ts). Client
 * and database share the cores.
 *
 *   node scripts/bench/retention.ts [systems] [reports of each]
 */
import { randomBytes } from 'node:crypto';
import { openDatabase } from '../../server-example/postgres-database.ts';
import { createPostgresStore } from '../../server-example/postgres-store.ts';
import type { IncomingReport, Store } from '../../server-example/store.ts';
import { citus, startCitus } from '../../test/support/citus.ts';
import { postgres, startPostgres } from '../../test/support/postgres.ts';
import { exampleIncoming } from '../../test/support/report.ts';

const systems = Number(process.argv[2] ?? 10_000);
const reports = Number(process.argv[3] ?? 100);
const intervalSeconds = 60;
/** Of the reports of each system; the rest is kept. */
const oldShare = 0.6;
const keepSeconds = 14 * 86_400;
const fleetRate = systems / intervalSeconds;
/** Reports of one statement of `fill`. */
const fillReports = 10_000;
/** As long as a report of 150 processes is once PostgreSQL has compressed it. */
const bodyBytes = 2500;

const start = 1_795_000_000 - (1_795_000_000 % 3600);
const oldReports = Math.floor(reports * oldShare);
const receivedBefore = start + oldReports * intervalSeconds;

interface Contestant {
  readonly name: string;
  readonly url: string;
  stop(): Promise<void>;
}

async function startAll(): Promise<readonly Contestant[]> {
  const contestants: Contestant[] = [];
  if (postgres().met) {
    const cluster = await startPostgres();
    contestants.push({ name: 'PostgreSQL', url: cluster.createDatabase(), stop: cluster.stop });
  } else console.log(`PostgreSQL left out: ${postgres().reason}`);
  if (citus().met) {
    const cluster = await startCitus({ shards: 32 });
    contestants.push({ name: 'Citus', url: cluster.url, stop: cluster.stop });
  } else console.log(`Citus left out: ${citus().reason}`);
  return contestants;
}

async function fill(url: string): Promise<void> {
  const database = openDatabase({ url, log: () => {}, statementTimeoutMs: 600_000 });
  const newest = start + (reports - 1) * intervalSeconds;
  await database.rows(
    'fill',
    `INSERT INTO systems (id, registered_at, received_at, moment, epoch, interval, url, cpu_count,
       cpu_percent, memory_total, memory_used, memory_percent, disks, network)
     SELECT 'system-' || system, 1, at, at, at, 60, '', 1, 1, 1, 1, 1, '{}', '{}'
     FROM generate_series(1, ${systems}) AS system, (SELECT ${newest}::bigint AS at) AS newest`,
  );
  const step = Math.max(1, Math.floor(fillReports / reports));
  const { disks, network } = incoming(1, 0);
  const body = randomBytes(bodyBytes).toString('base64').slice(0, bodyBytes);
  for (let first = 1; first <= systems; first += step) {
    await database.rows(
      'fill',
      `INSERT INTO reports (system_id, epoch, copy, received_at, cpu_percent, memory_percent, disks,
         network, body)
       SELECT 'system-' || system, at, 0, at, 1, 1, '${disks}', '${network}', '${body}'
       FROM generate_series(${first}, ${Math.min(systems, first + step - 1)}) AS system,
            (SELECT ${start}::bigint + ${intervalSeconds} * number AS at
             FROM generate_series(0, ${reports - 1}) AS number) AS moments`,
    );
  }
  await database.rows('count', 'ANALYZE');
  await database.close();
}

function incoming(system: number, minute: number): IncomingReport {
  const epoch = start + (reports + minute) * intervalSeconds;
  const disk = { file_system: 'ext4', mount_point: '/', total: 1, used: 1, free: 1 };
  const card = { ip: '10.0.0.7', netmask: '255.255.255.0', bytes_sent: 1000, bytes_recv: 2000 };
  return exampleIncoming({
    systemId: `system-${system}`,
    epoch,
    receivedAt: epoch,
    body: `${epoch} ${'y'.repeat(4 * bodyBytes)}`,
    disks: JSON.stringify({ '/dev/sda1': disk, '/dev/sda2': disk }),
    network: JSON.stringify({ lo: card, eth0: card }),
  });
}

interface Fleet {
  /** Milliseconds from a report's moment to its commit. */
  readonly latenciesMs: readonly number[];
  stop(): Promise<void>;
}

/** Ten times a second, what came in since the last time. */
function startFleet(store: Store, firstMinute: number): Fleet {
  const latenciesMs: number[] = [];
  const started = performance.now();
  let sent = 0;
  let pending: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    const due = performance.now();
    const count = Math.floor(((due - started) / 1000) * fleetRate) - sent;
    const batch = Array.from({ length: count }, (_, at) =>
      incoming(((sent + at) % systems) + 1, firstMinute + Math.floor((sent + at) / systems)),
    );
    sent += count;
    if (count === 0) return;
    const stored = store.insert(batch).then(() => {
      latenciesMs.push(performance.now() - due);
    });
    pending = Promise.all([pending, stored]);
  }, 100);
  return {
    latenciesMs,
    stop: async () => {
      clearInterval(timer);
      await pending;
    },
  };
}

async function pass(store: Store): Promise<{ folded: number; seconds: number }> {
  const started = performance.now();
  let folded = 0;
  for (let more = true; more; ) {
    const step = await store.prune({ receivedBefore, hourlyBefore: start - keepSeconds });
    folded += step.reportsFolded;
    more = step.more;
  }
  return { folded, seconds: (performance.now() - started) / 1000 };
}

function quantile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((one, other) => one - other);
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0);
}

function told(latenciesMs: readonly number[]): string {
  return `median ${quantile(latenciesMs, 0.5)} ms, 99 % ${quantile(latenciesMs, 0.99)} ms`;
}

console.log(
  `${systems} systems, ${systems * reports} reports, ${systems * oldReports} of them old; ` +
    `the fleet sends ${fleetRate.toFixed(0)} a second meanwhile`,
);
for (const { name, url, stop } of await startAll()) {
  try {
    const store = await createPostgresStore({ url, log: (line) => console.log(line) });
    await fill(url);
    const alone = startFleet(store, 0);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    await alone.stop();
    const fleet = startFleet(store, 100);
    const first = await pass(store);
    await fleet.stop();
    const second = await pass(store);
    await store.close();
    const rate = first.folded / first.seconds;
    console.log(`${name}
  folded        ${first.folded} in ${first.seconds.toFixed(0)} s: ${rate.toFixed(0)} a second, ${(rate / fleetRate).toFixed(0)} × the fleet's rate
  stored alone  ${told(alone.latenciesMs)}
  beside it     ${told(fleet.latenciesMs)}
  a pass that finds nothing  ${second.seconds.toFixed(1)} s`);
  } finally {
    await stop();
  }
}
console.log("target: 10 × the fleet's rate");
