/**
 * The receiver's program: `npm run server -- --port 5000`. The only place here that reads the real
 * clock, the environment and the signals.
 */
import { join } from 'node:path';
import { parseOptions, type ServerOptions, UsageError, usage } from './options.ts';
import { createReceiver } from './receiver.ts';
import { createSqliteStore } from './sqlite-store.ts';

/** sysexits(3), as the agent uses them. */
const exitUsage = 64;
const exitUnavailable = 69;

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) return;
  const store = createSqliteStore({ path: join(options.dataFolder, 'reports.db') });
  for (const id of options.register) await store.register(id, Math.floor(Date.now() / 1000));
  const receiver = createReceiver({
    store,
    now: () => Date.now(),
    log: (line) => console.error(line),
    openRegistration: options.registration === 'open',
  });
  const address = await receiver.listen(options.host, options.port);
  console.log(`listening on ${address}`);

  let closing = false;
  const stop = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    await receiver.close();
    await store.close();
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
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
