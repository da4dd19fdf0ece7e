/**
 * The receiver's program: `npm run server -- --port 5000`. The only place here that reads the real
 * clock, the environment and the signals.
 */
import { join } from 'node:path';
import { createTokenAccess, openAccess } from './access.ts';
import { parseOptions, type ServerOptions, UsageError, usage } from './options.ts';
import { createReceiver } from './receiver.ts';
import { createSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

/** sysexits(3), as the agent uses them. */
const exitUsage = 64;
const exitUnavailable = 69;

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) return;
  // Reports say what runs on other people's machines: the database is for its owner alone.
  process.umask(0o077);
  const log = (line: string): void => console.error(line);
  const nowSeconds = (): number => Math.floor(Date.now() / 1000);
  const { tokenFile } = options;
  const access =
    tokenFile === undefined
      ? openAccess
      : createTokenAccess({ path: tokenFile, now: nowSeconds, log });

  const store = await openStore(options, log);
  for (const id of options.register) await store.register(id, nowSeconds());
  const receiver = createReceiver({
    store,
    now: () => Date.now(),
    log,
    access,
    tls: options.tls,
    systemsMax: options.systemsMax,
    openRegistration: options.registration === 'open',
    allowedHosts: options.allowedHosts,
    keepReportsDays: options.keepReportsDays,
    keepHourlyDays: options.keepHourlyDays,
  });
  const address = await receiver.listen(options.host, options.port);
  console.log(`listening on ${address}`);
  const isLocal = /^https?:\/\/(127\.|\[::1\])/.test(address);
  if (access === openAccess && !isLocal) {
    log(
      'Anybody who can reach this address may report, view and change things; use --token-file to require tokens.',
    );
  }
  if (access !== openAccess && options.tls === undefined && !isLocal) {
    log(
      'Tokens are sent unencrypted over http; use --tls-certificate and --tls-key, or a proxy with TLS.',
    );
  }

  let _closing: Promise<void> | undefined;
  const stop = (): void => {
    _closing ??= receiver.close().then(() => store.close());
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** The client of PostgreSQL is loaded where it is asked for and nowhere else. */
async function openStore(options: ServerOptions, log: (line: string) => void): Promise<Store> {
  const { storeUrl, dataFolder } = options;
  if (storeUrl === undefined) return createSqliteStore({ path: join(dataFolder, 'reports.db') });
  const { createPostgresStore } = await import('./postgres-store.ts');
  return createPostgresStore({ url: storeUrl, log, random: Math.random });
}

function readOptions(): ServerOptions | undefined {
  try {
    const options = parseOptions(process.argv.slice(2), process.env);
    if (!options.help) return options;
    process.stdout.write(usage);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nTry: npm run server -- --help`);
    process.exitCode = exitUsage;
  }
  return undefined;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = exitUnavailable;
});
