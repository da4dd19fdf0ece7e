/**
 * Reports a second that the receiver stores durably over HTTP, beside what a receiver like the
 * original's answers while it stores nothing: a Flask application on its development server. Both
 * are met by the same client on the same cores, in turns, and the ratio is what counts.
 *
 *   node scripts/bench/receiver.ts [reports] [connections]
 *
 * PYTHON names a Python that has Flask; without one the peer is left out, and that is said.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../test/support/free-ports.ts';
import { postgres, startPostgres } from '../../test/support/postgres.ts';
import { exampleReport, exampleStats, exampleSystemId } from '../../test/support/report.ts';
import { startServer } from '../../test/support/server-process.ts';

const reports = Number(process.argv[2] ?? 20_000);
const connections = Number(process.argv[3] ?? 64);
const rounds = 3;
/** The peer is slower by far; it need not be asked as often to know its rate. */
const peerShare = 0.1;
const firstEpoch = 1_000_000_000;
/** A fleet: no machine sends a thousand reports of one hour. */
const machines = 1000;
const machineDigits = 4;
const python = process.env.PYTHON ?? 'python3';

const peerSource = `
from flask import Flask, request
app = Flask(__name__)

@app.post("/")
def receive():
    action = request.get_json()["action"]
    if action == "check_url":
        return "", 202
    return ("", 200) if action in ("check_system_id", "send_stats") else ("", 400)
`;

/** A report as a machine of 180 processes sends it, its id and its epoch always of the same length. */
function exampleRequest(): {
  readonly bytes: Buffer;
  readonly machineAt: number;
  readonly epochAt: number;
} {
  const processes = Array.from({ length: 180 }, (_, at) => ({
    pid: 1000 + at,
    name: `process-${at}`,
    username: at % 3 === 0 ? 'root' : 'www-data',
  }));
  const stats = exampleStats({ processes });
  const body = JSON.stringify(exampleReport({ epoch: firstEpoch, stats }));
  const head = `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  const machineAt = bytes.indexOf(exampleSystemId) + exampleSystemId.length - machineDigits;
  return { bytes, machineAt, epochAt: bytes.indexOf(String(firstEpoch)) };
}

/**
 * Sends `count` reports, one a minute of each machine, over as many connections, each with one request at a
 * time, and opens a connection again where the server closes it. Resolves with reports a second.
 * It speaks HTTP by itself because a client library would take more of the cores than the receiver.
 */
async function load(port: number, count: number, from: number): Promise<number> {
  const { bytes, machineAt, epochAt } = exampleRequest();
  let next = 0;
  const worker = async (): Promise<void> => {
    const request = Buffer.from(bytes);
    while (next < count) {
      await new Promise<void>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        let answer = '';
        let waiting = false;
        const send = (): void => {
          if (next >= count) {
            socket.end();
            return;
          }
          const machine = String(next % machines).padStart(machineDigits, '0');
          request.write(machine, machineAt);
          const minute = Math.floor((from + next) / machines);
          request.write(String(firstEpoch + 60 * minute), epochAt);
          next += 1;
          waiting = true;
          socket.write(request);
        };
        socket.setNoDelay(true);
        socket.on('connect', send);
        socket.on('data', (chunk) => {
          answer += chunk.toString('latin1');
          if (!isWhole(answer)) return;
          if (!/^HTTP\/1\.[01] 200 /.test(answer)) {
            reject(new Error(answer));
            return;
          }
          const closes = /^connection: close/im.test(answer);
          answer = '';
          waiting = false;
          if (closes) socket.end();
          else send();
        });
        socket.on('error', reject);
        socket.on('close', () => {
          if (waiting) reject(new Error('the server closed without an answer'));
          else resolve();
        });
      });
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  return count / ((performance.now() - started) / 1000);
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  const length = /^content-length: *(\d+)/im.exec(answer)?.[1];
  return end !== -1 && answer.length >= end + 4 + Number(length ?? 0);
}

interface Contestant {
  readonly name: string;
  readonly port: number;
  readonly share: number;
  end(): Promise<unknown>;
}

async function startOurs(name: string, words: readonly string[]): Promise<Contestant> {
  const server = await startServer(['--port', '0', ...words]);
  const port = Number(new URL(server.url).port);
  return { name, port, share: 1, end: () => server.end('SIGTERM') };
}

async function startPeer(folder: string): Promise<Contestant> {
  writeFileSync(join(folder, 'peer.py'), peerSource);
  const port = await freePorts(1);
  const words = ['-m', 'flask', '--app', 'peer.py', 'run', '--port', String(port)];
  const child = spawn(python, words, { cwd: folder, stdio: 'ignore' });
  await untilOpen(port, child);
  return {
    name: 'Flask, storing nothing',
    port,
    share: peerShare,
    end: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill();
      }),
  };
}

async function untilOpen(port: number, child: ChildProcess): Promise<void> {
  for (let attempts = 0; attempts < 200 && child.exitCode === null; attempts += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the peer does not listen');
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'system-monitor-bench-'));
  const contestants: Contestant[] = [];
  const cluster = postgres().met ? await startPostgres() : undefined;
  try {
    contestants.push(await startOurs('ours, SQLite', ['--data', join(folder, 'data')]));
    if (cluster === undefined) console.log(`PostgreSQL left out: ${postgres().reason}`);
    else {
      contestants.push(await startOurs('ours, PostgreSQL', ['--store', cluster.createDatabase()]));
    }
    if (spawnSync(python, ['-c', 'import flask']).status === 0) {
      contestants.push(await startPeer(folder));
    } else console.log(`Flask left out: ${python} cannot import it`);

    const rates = new Map<string, number[]>(contestants.map((one) => [one.name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const { name, port, share } of contestants) {
        const rate = await load(port, Math.ceil(reports * share), round * reports);
        // The first round warms everybody up.
        if (round > 0) rates.get(name)?.push(rate);
      }
    }
    print(rates);
  } finally {
    await Promise.all(contestants.map((one) => one.end()));
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(rates: ReadonlyMap<string, readonly number[]>): void {
  const { length } = exampleRequest().bytes;
  console.log(
    `${reports} reports of ${length} bytes, ${connections} connections, ${rounds} rounds`,
  );
  const peer = rates.get('Flask, storing nothing');
  for (const [name, values] of rates) {
    const rate = median(values);
    const ratio = peer === undefined ? '' : `${(rate / median(peer)).toFixed(1)} × Flask`;
    const spread = `${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}`;
    console.log(
      `${name.padEnd(24)} ${rate.toFixed(0).padStart(6)} reports a second (${spread})  ${ratio}`,
    );
  }
  console.log('target: ours, SQLite at least 4000 a second and 5 × Flask');
}

await main();
