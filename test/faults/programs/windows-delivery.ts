/** The spool and its delivery on Windows: what is done to it here is told as JSON on stdout. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemErrorCode } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { createDelivery } from '../../../src/delivery/delivery.ts';
import { createSpool } from '../../../src/spool/create-spool.ts';
import { listSpool, retryRejected } from '../../../src/spool/operations.ts';
import { systemClock } from '../../support/clocks.ts';
import { realDisk } from '../../support/real-disk.ts';
import { createTestTransport } from '../../support/transports.ts';

export interface WindowsDeliveryResult {
  readonly durable: readonly boolean[];
  /** What a second process is told while the first has the folder. */
  readonly secondProcess: string;
  /** What it is told after the first was killed. */
  readonly afterKill: string;
  readonly damagedFiles: number;
  readonly pendingAfterReopen: number;
  readonly statuses: readonly number[];
  readonly keys: readonly string[];
  readonly rejected: readonly string[];
  readonly retried: number;
  readonly left: readonly string[];
}

const epoch = 1_800_000_000;

function open(folder: string) {
  return createSpool({
    disk: realDisk,
    folder,
    pid: process.pid,
    clock: systemClock,
    logger: silentLogger,
  });
}

/** As a child: takes the folder if it can, says so, and waits to be killed. */
function hold(folder: string): void {
  try {
    open(folder);
    process.send?.('locked');
    setInterval(() => {}, 1000);
  } catch (error) {
    process.send?.(systemErrorCode(error) ?? String(error), () => process.exit(0));
  }
}

async function askAnother(folder: string): Promise<{ said: string; kill: () => Promise<unknown> }> {
  const child = fork(process.argv[1] ?? '', ['hold', folder]);
  const [said] = await once(child, 'message');
  return {
    said: String(said),
    kill: () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      return ended;
    },
  };
}

async function examine(folder: string): Promise<WindowsDeliveryResult> {
  const statuses: number[] = [];
  const keys: string[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      statuses.push(status);
      keys.push(String(request.headers['idempotency-key']));
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;

  let spool = open(folder);
  const entries = [0, 1, 2].map((number) => spool.append(epoch + number, Buffer.from(`${number}`)));
  const second = await askAnother(folder);
  spool.close();
  const holder = await askAnother(folder);
  await holder.kill();
  const afterKill = await askAnother(folder);
  await afterKill.kill();

  spool = open(folder);
  const pendingAfterReopen = spool.counts().pendingReports;
  const [damaged] = entries;
  if (damaged !== undefined) truncateSync(join(folder, 'pending', `${damaged.key}.report`), 50);
  const delivery = createDelivery({
    spool,
    transport: createTestTransport({ url: `http://127.0.0.1:${port}/` }),
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
    backlogPerSecond: Number.POSITIVE_INFINITY,
  });
  await delivery.drainOnce();
  const { damagedFiles } = spool.counts();
  status = 422;
  spool.append(epoch + 3, Buffer.from('3'));
  await delivery.drainOnce();
  const rejected = listSpool(realDisk, folder).rejected.map((entry) => entry.reason ?? '');
  const retried = retryRejected(realDisk, folder, 'all');
  status = 200;
  await systemClock.sleep(1100);
  await delivery.drainOnce();
  await delivery.stop(0);
  spool.close();
  server.close();
  return {
    durable: entries.map((entry) => entry.durable),
    secondProcess: second.said,
    afterKill: afterKill.said,
    damagedFiles,
    pendingAfterReopen,
    statuses,
    keys,
    rejected,
    retried,
    left: readdirSync(join(folder, 'pending')),
  };
}

async function main(): Promise<void> {
  const [, , word, given = ''] = process.argv;
  if (word === 'hold') {
    hold(given);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'system-monitor-windows-'));
  try {
    process.stdout.write(JSON.stringify(await examine(folder)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
