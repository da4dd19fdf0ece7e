/**
 * Runs on Windows: takes two samples of every collector and prints them as one JSON object, beside
 * what Node's own functions say of the same machine, and the child processes that were started.
 */
import { ChildProcess } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { networkInterfaces, totalmem, userInfo } from 'node:os';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { sentParts } from '../../../src/collectors/index.ts';
import { createCollector } from '../../../src/collectors/lazy-collector.ts';
import type { ProcessUsage, UsedProcess } from '../../../src/collectors/processes/index.ts';
import { openEventLog } from '../../../src/host/win32/event-log.ts';
import { collectorContext } from '../../support/collector-context.ts';

export interface CollectedOnWindows {
  readonly pid: number;
  readonly samples: readonly Readonly<Record<string, unknown>>[];
  /** Why a part has no value, by part. */
  readonly failures: Readonly<Record<string, string>>;
  readonly fallbacks: readonly unknown[];
  readonly childProcesses: number;
  /** Whether entries can be made; what became of one is for the viewer. */
  readonly hasEventLog: boolean;
  /** What was told of this very process, which was busy meanwhile. */
  readonly usage: ProcessUsage;
  readonly peer: {
    /** Of this process in the same time. */
    readonly cpuPercent: number;
    readonly rssBytes: number;
    readonly cpuCount: number;
    readonly memoryTotal: number;
    readonly userName: string;
    /** `free` is that of the volume, `freeToUs` what is left to this user. */
    readonly driveC: {
      readonly total: number;
      readonly free: number;
      readonly freeToUs: number;
    };
    readonly interfaces: ReturnType<typeof networkInterfaces>;
  };
}

const busyMs = 1000;

let childProcesses = 0;
const { spawn } = Object.getPrototypeOf(new ChildProcess());
Object.assign(ChildProcess.prototype, {
  spawn(this: ChildProcess, ...values: unknown[]) {
    childProcesses += 1;
    return spawn.apply(this, values);
  },
});

async function collectAll(): Promise<CollectedOnWindows> {
  const fallbacks: unknown[] = [];
  const failures: Record<string, string> = {};
  const logger: Logger = {
    ...silentLogger,
    warn: (event, fields) => {
      if (event === 'collector.fallback') fallbacks.push(fields?.part);
    },
  };
  const context = collectorContext({ logger, deadlineMs: 2000 });
  const collectors = sentParts.map((part) => ({ part, collector: createCollector(part, context) }));

  const samples: Record<string, unknown>[] = [];
  for (let sample = 0; sample < 2; sample += 1) {
    const stats: Record<string, unknown> = {};
    for (const { part, collector } of collectors) {
      try {
        stats[part] = await collector.collect();
      } catch (error) {
        failures[part] = String(error);
      }
    }
    samples.push(stats);
  }

  const shown = createCollector('processes', { ...context, isShown: true });
  await shown.collect();
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  while (performance.now() - startedMs < busyMs);
  const list = await shown.collect();
  const { user, system } = process.cpuUsage(before);
  const cpuPercent = (user + system) / 10 / (performance.now() - startedMs);
  const used: readonly UsedProcess[] = Array.isArray(list) ? list : [];
  const usage: ProcessUsage = used.find(({ pid }) => pid === process.pid) ?? {};

  const eventLog = await openEventLog();
  eventLog?.report('started', 'A test has started.');
  const { bsize, blocks, bfree, bavail } = statfsSync('C:\\');
  return {
    pid: process.pid,
    samples,
    failures,
    fallbacks,
    childProcesses,
    hasEventLog: eventLog !== undefined,
    usage,
    peer: {
      cpuPercent,
      rssBytes: process.memoryUsage().rss,
      cpuCount: Number(process.env.NUMBER_OF_PROCESSORS),
      memoryTotal: totalmem(),
      userName: userInfo().username,
      driveC: { total: blocks * bsize, free: bfree * bsize, freeToUs: bavail * bsize },
      interfaces: networkInterfaces(),
    },
  };
}

void collectAll().then((collected) => process.stdout.write(JSON.stringify(collected)));
