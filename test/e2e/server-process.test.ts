/** The receiver's process: what its user types, what a signal does, and what a crash leaves. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { fleetSchema, historySchema } from '../../server-example/api-schemas.ts';
import { createSqliteStore } from '../../server-example/sqlite-store.ts';
import { postgres, startPostgres } from '../support/postgres.ts';
import { exampleReport, exampleStats, exampleSystemId } from '../support/report.ts';
import { asRoot, onPlatform, testWith } from '../support/requirement.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const mainFile = fileURLToPath(new URL('../../server-example/main.ts', import.meta.url));

function run(...words: string[]) {
  return spawnSync(process.execPath, [mainFile, ...words], { encoding: 'utf8' });
}

function post(server: ServerProcess, body: unknown): Promise<Response> {
  return fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function getJson(server: ServerProcess, path: string): Promise<unknown> {
  return (await fetch(new URL(path, server.url))).json();
}

test('--help goes to standard output, a wrong flag to standard error with exit code 64', () => {
  const help = run('--help');
  expect([help.status, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toContain('Usage: npm run server');

  const wrong = run('--prot', '1');
  expect([wrong.status, wrong.stdout]).toEqual([64, '']);
  expect(wrong.stderr).toContain("'--prot'");
});

test('a port in use and a data folder that cannot be made are told in one line', async () => {
  const server = await startServer(['--port', '0', '--data', temporaryFolder()]);
  try {
    const taken = run('--port', new URL(server.url).port, '--data', temporaryFolder());
    expect(taken.status).toBe(69);
    expect(taken.stderr.trim()).toMatch(/^listen EADDRINUSE.*$/);
  } finally {
    await server.end('SIGTERM');
  }
  const nowhere = run('--port', '0', '--data', join(mainFile, 'data'));
  expect([nowhere.status, nowhere.stderr.trim().split('\n').length]).toEqual([69, 1]);
});

test('a database of another program is refused and left as it is', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'reports.db');
  writeFileSync(path, 'no database, but somebody’s notes');
  const refused = run('--port', '0', '--data', folder);
  expect(refused.status).toBe(69);
  expect(readFileSync(path, 'utf8')).toBe('no database, but somebody’s notes');
});

test('--register makes an id known before its first report', async () => {
  const words = ['--port', '0', '--data', temporaryFolder(), '--registration', 'closed'];
  const server = await startServer([...words, '--register', exampleSystemId]);
  try {
    const check = { action: 'check_system_id', system_id: exampleSystemId };
    expect((await post(server, check)).status).toBe(200);
    expect((await post(server, { ...check, system_id: 'other' })).status).toBe(204);
    expect((await post(server, exampleReport())).status).toBe(200);
    expect((await post(server, exampleReport({ system_id: 'other' }))).status).toBe(403);
  } finally {
    await server.end('SIGTERM');
  }
});

testWith(
  [onPlatform('linux', 'darwin')],
  'the database is readable by its owner alone, even in a folder that is not',
  async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const server = await startServer(['--port', '0', '--data', folder]);
    try {
      expect((await post(server, exampleReport())).status).toBe(200);
      const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
      expect(modes).toEqual([0o600, 0o600, 0o600]);
    } finally {
      await server.end('SIGTERM');
    }
  },
);

testWith(
  [onPlatform('linux', 'darwin')],
  'SIGTERM ends the receiver with code 0, though a page is open',
  async () => {
    const server = await startServer(['--port', '0', '--data', temporaryFolder()]);
    const stream = await fetch(new URL('api/events', server.url));
    expect(await server.end('SIGTERM')).toBe(0);
    expect(await stream.text()).toContain('retry:');
  },
);

testWith(
  [onPlatform('linux', 'darwin')],
  'what was answered with 200 is there after kill −9, once, whenever it comes',
  async () => {
    const folder = temporaryFolder();
    const words = ['--port', '0', '--data', folder];
    const acknowledged = new Set<number>();
    let epoch = 1_795_000_000;
    for (let round = 0; round < 5; round += 1) {
      const server = await startServer(words);
      let alive = true;
      const send = async (): Promise<void> => {
        while (alive) {
          epoch += 1;
          const mine = epoch;
          try {
            const response = await post(server, exampleReport({ epoch: mine, interval: 1 }));
            if (response.status === 200) acknowledged.add(mine);
          } catch {
            return;
          }
        }
      };
      const senders = Array.from({ length: 8 }, send);
      while (acknowledged.size < (round + 1) * 40) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      expect(await server.end('SIGKILL')).toBe('SIGKILL');
      alive = false;
      await Promise.all(senders);
    }

    const server = await startServer(words);
    try {
      const first = Math.min(...acknowledged);
      const again = await post(server, exampleReport({ epoch: first, interval: 1 }));
      expect(await again.json()).toEqual({ received: true, duplicate: true });
      const { systems } = fleetSchema.parse(await getJson(server, 'api/systems'));
      expect(systems).toHaveLength(1);
      const path = `api/systems/${exampleSystemId}/history?hours=17000&points=2000`;
      expect(historySchema.parse(await getJson(server, path)).epochs.length).toBeGreaterThan(0);
    } finally {
      await server.end('SIGTERM');
    }
    const store = createSqliteStore({ path: join(folder, 'reports.db') });
    try {
      const range = { from: 1_795_000_000, to: epoch, bucketSeconds: 1 };
      const points = await store.history({ systemId: exampleSystemId, ...range });
      const stored = new Set(points.map((point) => point.epoch));
      expect([...acknowledged].filter((one) => !stored.has(one))).toEqual([]);
      expect(points.every((point) => point.reports === 1)).toBe(true);
    } finally {
      await store.close();
    }
  },
);

testWith(
  [asRoot(), onPlatform('linux')],
  'on a full disk reports are refused with 503, and stored again once there is room',
  async () => {
    const folder = temporaryFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
    try {
      const server = await startServer(['--port', '0', '--data', join(folder, 'data')]);
      try {
        const filler = join(folder, 'filler');
        const fill = (): void => {
          try {
            writeFileSync(filler, Buffer.alloc(8 * 1024 * 1024));
          } catch {
            // It is full now, which is the point.
          }
        };
        expect((await post(server, exampleReport({ epoch: 1 }))).status).toBe(200);
        fill();
        const processes = [{ pid: 1, name: 'x'.repeat(100_000), username: 'y'.repeat(100_000) }];
        const large = exampleReport({ epoch: 2, stats: exampleStats({ processes }) });
        const refused = await post(server, large);
        expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
        const health = await fetch(new URL('healthz', server.url));
        expect([health.status, Object(await health.json()).error]).toEqual([
          503,
          expect.stringContaining('disk is full'),
        ]);
        rmSync(filler);
        expect((await post(server, large)).status).toBe(200);
        expect(await (await post(server, exampleReport({ epoch: 1 }))).json()).toEqual({
          received: true,
          duplicate: true,
        });
      } finally {
        await server.end('SIGTERM');
      }
    } finally {
      execFileSync('umount', [folder]);
    }
  },
);

testWith(
  [postgres()],
  'two receivers on one PostgreSQL store each report once, and outlive its restart',
  async () => {
    const cluster = await startPostgres();
    const words = ['--port', '0', '--store', cluster.createDatabase()];
    const servers = await Promise.all([startServer(words), startServer(words)]);
    try {
      const reports = Array.from({ length: 60 }, (_, at) => exampleReport({ epoch: 1000 + at }));
      const answers = await Promise.all(
        reports.flatMap((report) => servers.map((server) => post(server, report))),
      );
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
      const bodies = await Promise.all(answers.map(async (one) => Object(await one.json())));
      expect(bodies.filter((body) => body.duplicate === false)).toHaveLength(60);

      await cluster.restart();
      for (const server of servers) {
        const { systems } = fleetSchema.parse(await getJson(server, 'api/systems'));
        expect(systems.map((system) => system.last_epoch)).toEqual([1059]);
        expect((await post(server, reports[0])).status).toBe(200);
      }
    } finally {
      await Promise.all(servers.map((server) => server.end('SIGTERM')));
      await cluster.stop();
    }
  },
);

test('a database that is away is told in one line', () => {
  const refused = run('--port', '0', '--store', 'postgres://u:secret@127.0.0.1:1/d');
  expect(refused.status).toBe(69);
  expect(refused.stderr.trim()).toBe('make the tables: connect ECONNREFUSED 127.0.0.1:1');
});

testWith(
  [onPlatform('linux')],
  'three hundred small bodies that inflate to eight megabytes each do not fill the memory',
  async () => {
    const server = await startServer(['--port', '0', '--data', temporaryFolder()]);
    try {
      const padding = ' '.repeat(8 * 1024 * 1024 - 100);
      const bomb = gzipSync(JSON.stringify({ action: 'check_url', padding }));
      const statuses = await Promise.all(
        Array.from({ length: 300 }, async () => {
          const response = await fetch(server.url, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
            body: bomb,
          });
          await response.arrayBuffer();
          return response.status;
        }),
      );
      // All of it at once would be 2.4 GB; what cannot be read now may come again.
      expect(statuses.filter((status) => status !== 202 && status !== 503)).toEqual([]);
      expect(statuses).toContain(202);
      const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
      const peakKilobytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
      expect(peakKilobytes).toBeGreaterThan(50_000);
      expect(peakKilobytes).toBeLessThan(800_000);
    } finally {
      await server.end('SIGTERM');
    }
  },
);

test('what a token file and a certificate lack is told in one line', () => {
  const folder = temporaryFolder();
  const tokens = join(folder, 'tokens');
  writeFileSync(tokens, 'report short\n');
  for (const [words, reason] of [
    [['--token-file', tokens], /tokens, line 1: must be \[report\] \[view\] \[manage\]/],
    [['--tls-certificate', join(folder, 'none'), '--tls-key', tokens], /^ENOENT: .*none'$/],
  ] as const) {
    const refused = run('--port', '0', '--data', folder, ...words);
    expect([refused.status, refused.stderr.trim().split('\n').length]).toEqual([69, 1]);
    expect(refused.stderr.trim()).toMatch(reason);
  }
});
