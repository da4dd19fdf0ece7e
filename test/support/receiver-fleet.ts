/** Three receivers over one database, behind haproxy, and what became of the reports that they took. */
import { type Database, openDatabase } from '../../server-example/postgres-database.ts';
import { numberIn, textIn } from '../../server-example/rows.ts';
import { freePorts } from './free-ports.ts';
import { type Haproxy, startHaproxy } from './haproxy.ts';
import { type ServerProcess, startServer } from './server-process.ts';

export interface ReceiverFleet {
  /** Of haproxy, which passes each request on to one of them. */
  readonly url: string;
  readonly servers: readonly ServerProcess[];
  readonly proxy: Haproxy;
  /** A way to the database beside theirs. */
  readonly database: Database;
  /** Those of `acknowledged` that are not there. */
  missing(acknowledged: ReadonlySet<string>): Promise<readonly string[]>;
  /** Reports that are there more than once. */
  twice(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface FleetOptions {
  /** The database's address; its host and port are replaced by those of haproxy. */
  readonly storeUrl: string;
  /** The same database and those that may replace it, as haproxy reaches them: `unix@PATH`, `HOST:PORT`. */
  readonly databases: readonly string[];
}

const receivers = 3;

export async function startReceiverFleet(options: FleetOptions): Promise<ReceiverFleet> {
  const front = await freePorts(receivers + 2);
  const storePort = front + 1;
  const ports = Array.from({ length: receivers }, (_, at) => front + 2 + at);
  const [, user = '', name = ''] = /^postgres:\/\/(.*)@.*?\/([^?]*)/.exec(options.storeUrl) ?? [];
  const storeUrl = `postgres://${user}@127.0.0.1:${storePort}/${name}`;
  const proxy = await startHaproxy(`
listen receivers
  mode http
  bind 127.0.0.1:${front}
  balance roundrobin
${ports.map((port) => `  server r${port} 127.0.0.1:${port}`).join('\n')}
listen database
  mode tcp
  bind 127.0.0.1:${storePort}
  option pgsql-check user ${user}
  default-server check inter 100ms fall 1 rise 1 on-marked-down shutdown-sessions
${options.databases.map((address, at) => `  server d${at} ${address}${at === 0 ? '' : ' backup'}`).join('\n')}
`);
  const servers: ServerProcess[] = [];
  const database = openDatabase({ url: storeUrl, log: () => {} });
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.end('SIGTERM')));
    await database.close();
    await proxy.stop();
  };
  try {
    for (const port of ports) {
      servers.push(await startServer(['--port', String(port), '--store', storeUrl]));
    }
  } catch (error) {
    await stop();
    throw error;
  }

  const stored = async (): Promise<ReadonlyMap<string, number>> => {
    const rows = await database.rows(
      'read what is stored',
      'SELECT system_id, epoch, count(*) AS copies FROM reports GROUP BY system_id, epoch',
    );
    return new Map(
      rows.map((row) => [
        `${textIn(row, 'system_id')} ${numberIn(row, 'epoch')}`,
        numberIn(row, 'copies'),
      ]),
    );
  };
  return {
    url: `http://127.0.0.1:${front}/`,
    servers,
    proxy,
    database,
    missing: async (acknowledged) => {
      const there = await stored();
      return [...acknowledged].filter((report) => !there.has(report));
    },
    twice: async () =>
      [...(await stored())].flatMap(([report, copies]) => (copies > 1 ? [report] : [])),
    stop,
  };
}
