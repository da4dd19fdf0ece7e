/** A PostgreSQL of its own for the tests: a new cluster in a temporary folder, on a socket there. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Requirement } from './requirement.ts';

/** Debian keeps the server's programs out of PATH, by version. */
const versionsFolder = '/usr/lib/postgresql';

function binaries(): string | undefined {
  if (!existsSync(versionsFolder)) return undefined;
  const versions = readdirSync(versionsFolder).sort((one, other) => Number(other) - Number(one));
  return versions
    .map((version) => join(versionsFolder, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

export function postgres(): Requirement {
  return { met: binaries() !== undefined, reason: `no PostgreSQL under ${versionsFolder}` };
}

export interface PostgresCluster {
  /** The folder of its socket, which is `.s.PGSQL.5432` there. */
  readonly folder: string;
  /** The address of a new, empty database. */
  createDatabase(): string;
  restart(): Promise<void>;
  /** As after a power cut: nobody is waited for, and the start recovers (pg_ctl(1), immediate). */
  crash(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** A second server that repeats what this one commits, before this one says so. */
  startStandby(): Promise<PostgresStandby>;
  stop(): Promise<void>;
}

export interface PostgresStandby {
  readonly folder: string;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Starts it again, as the primary. Until then it lets nobody in. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresCluster> {
  const programs = findPrograms();
  const folder = programs.createFolder();
  const server = serverIn(folder, programs);
  const begin = (): Promise<void> => server.begin(() => programs.run('pg_isready', '-h', folder));
  const stop = async (): Promise<void> => {
    await server.end('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const words = ['-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
    programs.run('initdb', '-D', join(folder, 'data'), ...words);
    await begin();
  } catch (error) {
    await stop();
    throw error;
  }

  let databases = 0;
  return {
    folder,
    createDatabase: () => {
      databases += 1;
      const name = `test${databases}`;
      programs.run('createdb', '-h', folder, '-U', 'tester', name);
      return `postgres://tester@/${name}?host=${encodeURIComponent(folder)}`;
    },
    restart: async () => {
      await server.end('SIGINT');
      await begin();
    },
    crash: async () => {
      await server.end('SIGQUIT');
      await begin();
    },
    kill: () => server.end('SIGQUIT'),
    startStandby: () => startStandby(programs, folder),
    stop,
  };
}

async function startStandby(programs: Programs, primary: string): Promise<PostgresStandby> {
  const folder = programs.createFolder();
  const data = join(folder, 'data');
  const server = serverIn(folder, programs);
  const from = ['-h', primary, '-U', 'tester'];
  programs.run('pg_basebackup', ...from, '-D', data, '-R', '-c', 'fast', '--no-sync');
  // So that who asks it can tell that it is not the primary.
  appendFileSync(join(data, 'postgresql.auto.conf'), 'hot_standby = off\n');
  const ask = (statement: string): string =>
    programs.run('psql', '-qAt', ...from, 'postgres', '-c', statement).trim();
  const stop = async (): Promise<void> => {
    await server.end('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await server.begin(() => {});
    ask("ALTER SYSTEM SET synchronous_standby_names = '*'");
    ask('SELECT pg_reload_conf()');
    await waitUntilReady(() => {
      const state = ask('SELECT sync_state FROM pg_stat_replication');
      if (state !== 'sync') throw new Error(`the standby does not follow: ${state}`);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    folder,
    kill: () => server.end('SIGQUIT'),
    promote: async () => {
      await server.end('SIGQUIT');
      rmSync(join(data, 'standby.signal'));
      await server.begin(() => programs.run('pg_isready', '-h', folder));
    },
    stop,
  };
}

interface Server {
  /** Resolves once `ask` does not throw any more. */
  begin(ask: () => void): Promise<void>;
  /** SIGINT ends the connections that are left, SIGQUIT asks for no clean end (postgres(1)). */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** On a socket in `folder`, its data in the folder `data` there. */
function serverIn(folder: string, programs: Programs): Server {
  let server: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  return {
    begin: async (ask) => {
      const words = ['-D', join(folder, 'data'), '-k', folder, '-c', 'listen_addresses='];
      const started = programs.spawn('postgres', words, folder);
      server = started;
      ended = new Promise((resolve) => started.once('exit', () => resolve()));
      await waitUntilReady(ask);
    },
    end: (signal) => {
      server?.kill(signal);
      return ended;
    },
  };
}

interface Programs {
  run(program: string, ...words: readonly string[]): string;
  spawn(program: string, words: readonly string[], cwd: string): ChildProcess;
  /** For the user who runs the servers. */
  createFolder(): string;
}

function findPrograms(): Programs {
  const path = binaries() ?? '';
  const identity = serverIdentity();
  return {
    run: (program, ...words) =>
      execFileSync(join(path, program), words, {
        ...identity,
        cwd: tmpdir(),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    spawn: (program, words, cwd) =>
      spawn(join(path, program), words, { ...identity, cwd, stdio: 'ignore' }),
    createFolder: () => {
      const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
      if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid);
      return folder;
    },
  };
}

/** PostgreSQL refuses to run as root; its own user, which its package made, or nobody runs it. */
function serverIdentity(): { uid?: number; gid: number } {
  if (process.getuid?.() !== 0) return { gid: process.getgid?.() ?? 0 };
  const user = ['postgres', 'nobody'].find((name) => spawnSync('id', [name]).status === 0) ?? '';
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, user]).toString());
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function waitUntilReady(ask: () => void): Promise<void> {
  for (let attempts = 0; ; attempts += 1) {
    try {
      ask();
      return;
    } catch (error) {
      if (attempts === 100) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
