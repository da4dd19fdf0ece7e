/** A PostgreSQL of its own for the tests: a new cluster in a temporary folder, on a socket there. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
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
  /** The address of a new, empty database. */
  createDatabase(): string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresCluster> {
  const programs = binaries() ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const identity = serverIdentity();
  if (identity.uid !== undefined) {
    for (const path of [folder, data]) chownSync(path, identity.uid, identity.gid);
  }
  const run = (program: string, ...words: string[]): string =>
    execFileSync(join(programs, program), words, { ...identity, cwd: folder, encoding: 'utf8' });

  let server: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  const begin = async (): Promise<void> => {
    const words = ['-D', data, '-k', folder, '-c', 'listen_addresses='];
    const started = spawn(join(programs, 'postgres'), words, {
      ...identity,
      cwd: folder,
      stdio: 'ignore',
    });
    server = started;
    ended = new Promise((resolve) => started.once('exit', () => resolve()));
    await waitUntilReady(() => run('pg_isready', '-h', folder));
  };
  /** "Fast shutdown": ends the connections that are left (postgres(1)). */
  const end = (): Promise<void> => {
    server?.kill('SIGINT');
    return ended;
  };
  try {
    run('initdb', '-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--no-sync');
    await begin();
  } catch (error) {
    await end();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }

  let databases = 0;
  return {
    createDatabase: () => {
      databases += 1;
      const name = `test${databases}`;
      run('createdb', '-h', folder, '-U', 'tester', name);
      return `postgres://tester@/${name}?host=${encodeURIComponent(folder)}`;
    },
    restart: async () => {
      await end();
      await begin();
    },
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
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
