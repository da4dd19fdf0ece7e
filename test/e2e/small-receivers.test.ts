/** The receivers to copy: each takes what ours takes, and what it answered with 200 is on the disk. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect } from '@jest/globals';
import { checkConformance } from '../../src/delivery/conformance.ts';
import { freePorts } from '../support/free-ports.ts';
import { exampleReport, exampleSystemId } from '../support/report.ts';
import { onPlatform, type Requirement, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createTestTransport } from '../support/transports.ts';

const folder = fileURLToPath(new URL('../../server-example/small/', import.meta.url));

interface SmallReceiver {
  readonly name: string;
  readonly requirement: Requirement;
  words(port: number, database: string): readonly string[];
}

function withProgram(name: string, words: readonly string[], what: string): Requirement {
  return { met: spawnSync(name, words).status === 0, reason: `needs ${what}` };
}

/** Debian's Flask is Debian's Python's; another Python on PATH need not have it. */
const python =
  ['python3', '/usr/bin/python3'].find(
    (one) => spawnSync(one, ['-c', 'import flask']).status === 0,
  ) ?? 'python3';

const receivers: readonly SmallReceiver[] = [
  {
    name: 'receiver.ts',
    requirement: { met: true, reason: '' },
    words: (port, database) => [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      join(folder, 'receiver.ts'),
      String(port),
      database,
    ],
  },
  {
    name: 'receiver.py',
    requirement: withProgram(python, ['-c', 'import flask'], 'Python with Flask'),
    words: (port) => [python, '-m', 'flask', '--app', 'receiver', 'run', '--port', String(port)],
  },
  {
    name: 'receiver.php',
    requirement: withProgram(
      'php',
      ['-r', 'exit(extension_loaded("pdo_sqlite") ? 0 : 1);'],
      'PHP with SQLite',
    ),
    words: (port) => ['php', '-S', `127.0.0.1:${port}`, join(folder, 'receiver.php')],
  },
];

interface Running {
  readonly url: string;
  post(body: unknown, headers?: Record<string, string>): Promise<number>;
  kill(): Promise<void>;
}

async function start(receiver: SmallReceiver, database: string): Promise<Running> {
  const port = await freePorts(1);
  const [program = '', ...words] = receiver.words(port, database);
  const child = spawn(program, words, {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, REPORTS: database, PYTHONDONTWRITEBYTECODE: '1' },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}/`;
  const post = async (body: unknown, headers: Record<string, string> = {}): Promise<number> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.status;
  };
  await untilAnswered(child, () => post({ action: 'check_url' }));
  return {
    url,
    post,
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

async function untilAnswered(child: ChildProcess, ask: () => Promise<number>): Promise<void> {
  for (let attempts = 0; attempts < 600 && child.exitCode === null; attempts += 1) {
    const status = await ask().catch(() => 0);
    if (status === 202) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error('the receiver does not answer');
}

function epochsIn(database: string): readonly unknown[] {
  const reports = new DatabaseSync(database, { readOnly: true });
  try {
    return reports
      .prepare('SELECT epoch FROM reports ORDER BY epoch, digest')
      .all()
      .map((row) => row.epoch);
  } finally {
    reports.close();
  }
}

for (const receiver of receivers) {
  const needs = [onPlatform('linux', 'darwin'), receiver.requirement];

  describe(receiver.name, () => {
    testWith(needs, 'it conforms', async () => {
      const running = await start(receiver, join(temporaryFolder(), 'reports.db'));
      const transport = createTestTransport({ url: running.url });
      try {
        const failed: string[] = [];
        let passed = 0;
        const options = { transport, systemId: exampleSystemId, epoch: 1_795_000_000, url: 'x' };
        for await (const { name, expected, got, passed: isRight } of checkConformance(options)) {
          if (isRight) passed += 1;
          else failed.push(`${name}: ${expected}, got ${got}`);
        }
        expect(failed).toEqual([]);
        expect(passed).toBeGreaterThan(10);
      } finally {
        await transport.close();
        await running.kill();
      }
    });

    testWith(needs, 'what it answered with 200 is there after kill −9, once', async () => {
      const database = join(temporaryFolder(), 'reports.db');
      const first = exampleReport({ epoch: 1 });
      let running = await start(receiver, database);
      try {
        expect(await running.post(first)).toBe(200);
        expect(await running.post(exampleReport({ epoch: 2 }))).toBe(200);
        await running.kill();
        running = await start(receiver, database);
        const check = { action: 'check_system_id', system_id: exampleSystemId };
        expect(await running.post(check)).toBe(200);
        expect(await running.post(first)).toBe(200);
        expect(await running.post({ ...first, url: 'http://other' })).toBe(200);
      } finally {
        await running.kill();
      }
      expect(epochsIn(database)).toEqual([1, 1, 2]);
    });

    testWith(
      needs,
      'what it cannot store now may come again, and what is no report may not',
      async () => {
        const database = join(temporaryFolder(), 'reports.db');
        const running = await start(receiver, database);
        try {
          const report = exampleReport();
          for (const wrong of [
            { ...report, epoch: '1' },
            { ...report, epoch: 1.5 },
            { ...report, system_id: '' },
            { ...report, stats: 'none' },
            { ...report, system_id: undefined },
            [],
            'null',
            '"text"',
          ]) {
            expect([wrong, await running.post(wrong)]).toEqual([wrong, 400]);
          }
          expect(await running.post(report, { 'content-encoding': 'gzip' })).toBe(415);
          expect(await running.post({ ...report, padding: 'x'.repeat(9_000_000) })).toBe(413);
          expect((await fetch(running.url)).status).toBe(405);
          expect(await running.post(report)).toBe(200);

          const other = new DatabaseSync(database);
          other.exec('DROP TABLE reports; CREATE VIEW reports AS SELECT 1 AS system_id');
          other.close();
          expect(await running.post(exampleReport({ epoch: 5 }))).toBe(503);
        } finally {
          await running.kill();
        }
      },
    );
  });
}
