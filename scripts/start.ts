/**
 * `npm start`: builds the executable where it is missing or old, starts the receiver and the agent
 * here, and prints the page's address once the first report has arrived. Ctrl-C ends both.
 *
 *   npm start -- --interval 5 --port 5000 --name web-1
 *
 * Configuration, reports and log lie in dist/start/, apart from those of an installed monitor.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const executable = join(
  top,
  'dist',
  process.platform === 'win32' ? 'system-monitor.exe' : 'system-monitor',
);
const folder = join(top, 'dist', 'start');
const sources = ['bin', 'build', 'src', 'package-lock.json', 'package.json'];
/** The receiver's own. */
const usualPort = 5000;
const firstReportMs = 60_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      interval: { type: 'string', default: '5' },
      name: { type: 'string' },
    },
  });
  buildWhereOld();
  mkdirSync(folder, { recursive: true });
  const port = values.port ?? ((await isTaken(usualPort)) ? '0' : String(usualPort));

  const receiver = spawn(
    process.execPath,
    [join(top, 'server-example', 'main.ts'), '--port', port, '--data', join(folder, 'receiver')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const children: ChildProcess[] = [receiver];
  endTogether(children);
  const url = await listeningAddress(receiver);
  console.log(`The receiver is listening on ${url}`);

  const name = values.name ?? process.env.SYSTEM_MONITOR_NAME ?? savedName() ?? hostname();
  const log = join(folder, 'agent.log');
  const agent = spawn(executable, ['background'], {
    stdio: ['ignore', 'ignore', openSync(log, 'a')],
    env: {
      ...process.env,
      SYSTEM_MONITOR_CONFIG: join(folder, 'config.json'),
      SYSTEM_MONITOR_STATE_DIR: join(folder, 'state'),
      SYSTEM_MONITOR_URL: url,
      SYSTEM_MONITOR_INTERVAL: values.interval,
      SYSTEM_MONITOR_NAME: name,
    },
  });
  children.push(agent);
  agent.once('exit', (code) => {
    if (code !== null && code !== 0) console.error(`The agent ended with ${code}; see ${log}`);
  });
  const as = name === '' ? '' : ` as "${name}"`;
  console.log(`The agent reports on this machine${as} every ${values.interval} s (log: ${log})`);

  await firstReport(url);
  console.log(`\nThe first report has arrived. See it live:  ${url}\n(Press Ctrl-C to stop both.)`);
}

/** As it was saved beside the reports, by `config` with `--config dist/start/config.json`. */
function savedName(): string | undefined {
  const file = join(folder, 'config.json');
  const saved: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const name: unknown =
    typeof saved === 'object' && saved !== null ? Reflect.get(saved, 'name') : undefined;
  return typeof name === 'string' ? name : undefined;
}

function buildWhereOld(): void {
  if (existsSync(executable)) {
    const builtMs = statSync(executable).mtimeMs;
    if (sources.every((source) => newestMs(join(top, source)) <= builtMs)) return;
  }
  console.log('Building the executable …');
  const result = spawnSync(process.execPath, [join(top, 'build', 'build.ts')], {
    stdio: 'inherit',
  });
  if (result.status !== 0) throw new Error('the build failed; see its messages above');
}

function newestMs(path: string): number {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return readdirSync(path).reduce(
    (newest, name) => Math.max(newest, newestMs(join(path, name))),
    0,
  );
}

/** Whether somebody listens there already: then the system chooses another port. */
function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function listeningAddress(receiver: ChildProcess): Promise<string> {
  if (receiver.stdout === null) throw new Error('the receiver has no output to read');
  for await (const line of createInterface({ input: receiver.stdout })) {
    const address = /^listening on (\S+)$/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('the receiver ended before it was ready; see its messages above');
}

async function firstReport(url: string): Promise<void> {
  const systems = new URL('/api/systems', url);
  const startedMs = performance.now();
  while (performance.now() - startedMs < firstReportMs) {
    const answer: unknown = await (await fetch(systems)).json();
    if (hasReport(answer)) return;
    await delay(200);
  }
  throw new Error(`no report arrived within ${firstReportMs / 1000} s; see ${folder}/agent.log`);
}

function hasReport(answer: unknown): boolean {
  const systems: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'systems') : undefined;
  return Array.isArray(systems) && systems.length > 0;
}

/** The end of one, or of us, is the end of all. */
function endTogether(children: readonly ChildProcess[]): void {
  const endAll = (): void => {
    for (const child of children) child.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, endAll);
  process.once('exit', endAll);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
