/**
 * The agent's spine without its collectors, as a program of its own that tests may kill: every
 * interval one numbered report goes into the real spool and through the real delivery.
 *
 *   node fault-agent.js '{"url": …, "folder": …}'
 *
 * It writes one line for each thing that a test must know of: `durable <key> <number>` once a report
 * is on disk, `memory <key> <number>` where the disk refused it, `drained` when nothing waits.
 */
import { writeSync } from 'node:fs';
import { createDelivery } from '../../src/delivery/delivery.ts';
import type { HttpLimits } from '../../src/delivery/http-transport.ts';
import { createSpool } from '../../src/spool/create-spool.ts';
import type { SpoolLimits } from '../../src/spool/limits.ts';
import { systemClock } from './clocks.ts';
import { realDisk } from './real-disk.ts';
import { createTestTransport } from './transports.ts';

export interface FaultAgentOptions {
  readonly url: string;
  readonly folder: string;
  /** 0 collects nothing: what waits is sent. */
  readonly intervalMs: number;
  /** The number of the first report. */
  readonly firstNumber: number;
  /** Bytes that a report is made longer by. */
  readonly padding?: number;
  /** Ends as soon as nothing waits. */
  readonly untilDrained?: boolean;
  readonly backlogPerSecond?: number;
  readonly proxy?: string;
  readonly http?: Partial<HttpLimits>;
  readonly spool?: Partial<SpoolLimits>;
}

function say(line: string): void {
  // Synchronous, or a kill would swallow what had happened already.
  writeSync(1, `${line}\n`);
}

function log(level: string) {
  return (event: string, fields = {}) => say(`log ${JSON.stringify({ level, event, ...fields })}`);
}

async function main(options: FaultAgentOptions): Promise<void> {
  const logger = { debug: () => {}, info: log('info'), warn: log('warn'), error: log('error') };
  const spool = createSpool({
    disk: realDisk,
    folder: options.folder,
    pid: process.pid,
    clock: systemClock,
    logger,
    limits: options.spool ?? {},
  });
  const transport = createTestTransport({
    url: options.url,
    proxy: options.proxy ?? '',
    logger,
    limits: options.http ?? {},
  });
  const delivery = createDelivery({
    spool,
    transport,
    clock: systemClock,
    random: Math.random,
    logger,
    backlogPerSecond: options.backlogPerSecond ?? Number.POSITIVE_INFINITY,
  });
  say(`ready ${process.pid}`);
  const stop = async () => {
    await delivery.stop(1000);
    spool.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGHUP', () => delivery.retryNow());
  void delivery.run();
  let number = options.firstNumber;
  const padding = 'x'.repeat(options.padding ?? 0);
  for (;;) {
    if (options.intervalMs > 0) {
      const epoch = Math.floor(Date.now() / 1000);
      const body = JSON.stringify({ action: 'send_stats', epoch, number, padding });
      const entry = spool.append(epoch, Buffer.from(body));
      say(`${entry.durable ? 'durable' : 'memory'} ${entry.key} ${number}`);
      delivery.announce(entry);
      number += 1;
    }
    if (spool.counts().pendingReports === 0) {
      say('drained');
      if (options.untilDrained === true) return stop();
    }
    await systemClock.sleep(options.intervalMs > 0 ? options.intervalMs : 10);
  }
}

void main(JSON.parse(process.argv[2] ?? '{}') as FaultAgentOptions);
