/**
 * One agent emptying its backlog into a local receiver, unpaced, against a bare loop of POSTs from
 * memory over the same transport. The receiver is a process of its own that answers 200 and stores
 * nothing.
 *
 *   node scripts/bench/drain.ts [reports]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '../../src/base/logger.ts';
import { createDelivery } from '../../src/delivery/delivery.ts';
import { createSpool } from '../../src/spool/create-spool.ts';
import { systemClock } from '../../test/support/clocks.ts';
import { realDisk } from '../../test/support/real-disk.ts';
import { createTestTransport } from '../../test/support/transports.ts';

const reportBytes = 9700;

function receive(): void {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
}

function portOf(message: unknown): number {
  if (typeof message === 'object' && message !== null && 'port' in message) {
    return Number(message.port);
  }
  throw new Error('the receiver told no port');
}

/** Requests a second with nothing but the transport. */
async function postBare(url: string, body: Uint8Array, reports: number): Promise<number> {
  const transport = createTestTransport({ url });
  const startedMs = performance.now();
  for (let number = 0; number < reports; number += 1) {
    await transport.post({ body, idempotencyKey: String(number) });
  }
  const seconds = (performance.now() - startedMs) / 1000;
  await transport.close();
  return reports / seconds;
}

async function drain(reports: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'system-monitor-bench-'));
  const receiver = fork(fileURLToPath(import.meta.url), ['receive']);
  try {
    const [address] = await once(receiver, 'message');
    const clock = systemClock;
    const spool = createSpool({
      disk: realDisk,
      folder,
      pid: process.pid,
      clock,
      logger: silentLogger,
    });
    const body = Buffer.alloc(reportBytes, '{"action":"send_stats","stats":{}}');
    for (let number = 0; number < reports; number += 1) spool.append(1_800_000_000 + number, body);
    const url = `http://127.0.0.1:${portOf(address)}/`;
    const bare = await postBare(url, body, reports);
    const delivery = createDelivery({
      spool,
      transport: createTestTransport({ url }),
      clock,
      random: Math.random,
      logger: silentLogger,
      backlogPerSecond: Number.POSITIVE_INFINITY,
    });
    const startedMs = performance.now();
    const started = process.cpuUsage();
    void delivery.run();
    while (spool.counts().pendingReports > 0) await clock.sleep(5);
    const seconds = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(started);
    await delivery.stop(1000);
    spool.close();
    const rate = reports / seconds;
    console.log(`${reports} reports of ${reportBytes} bytes`);
    console.log(`bare POSTs from memory   ${bare.toFixed(0)} a second`);
    console.log(`draining the spool       ${rate.toFixed(0)} a second (target: at least 1000)`);
    console.log(`ratio                    ${(rate / bare).toFixed(2)}`);
    console.log(`CPU of the agent         ${((user + system) / reports).toFixed(0)} µs a report`);
  } finally {
    receiver.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'receive') receive();
else await drain(Number(process.argv[2] ?? 5000));
