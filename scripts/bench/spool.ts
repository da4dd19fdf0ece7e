/**
 * The spool's write against the least that a durable write can be: open, write, fsync, rename and
 * an fsync of the folder. Both in turns on the same disk, so that its moods meet both.
 *
 *   node scripts/bench/spool.ts [reports]
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../src/base/logger.ts';
import { createSpool } from '../../src/spool/create-spool.ts';
import { systemClock } from '../../test/support/clocks.ts';
import { realDisk } from '../../test/support/real-disk.ts';

/** A report of 180 processes. */
const reportBytes = 9700;
const reports = Number(process.argv[2] ?? 400);
const rounds = 10;

const folder = mkdtempSync(join(tmpdir(), 'system-monitor-bench-'));
const body = Buffer.alloc(reportBytes, '{"action":"send_stats","stats":{}}');

function writeBare(path: string): void {
  const file = openSync(`${path}.tmp`, 'w', 0o600);
  writeSync(file, body);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.tmp`, path);
  const parent = openSync(join(path, '..'), 'r');
  fsyncSync(parent);
  closeSync(parent);
}

function microsecondsOf(write: (number: number) => void): number {
  const startedMs = performance.now();
  for (let number = 0; number < reports / rounds; number += 1) write(number);
  return ((performance.now() - startedMs) * 1000) / (reports / rounds);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

try {
  const bareFolder = join(folder, 'bare');
  mkdirSync(bareFolder);
  const spool = createSpool({
    disk: realDisk,
    folder: join(folder, 'spool'),
    pid: process.pid,
    clock: systemClock,
    logger: silentLogger,
  });
  const bare: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(microsecondsOf((number) => writeBare(join(bareFolder, `${round}-${number}`))));
    ours.push(microsecondsOf((number) => spool.append(1_800_000_000 + number, body)));
  }
  spool.close();
  const ratio = median(ours) / median(bare);
  console.log(
    `bare write + fsync + rename + folder fsync   ${median(bare).toFixed(0)} µs a report`,
  );
  console.log(
    `spool.append                                 ${median(ours).toFixed(0)} µs a report`,
  );
  console.log(
    `ratio                                        ${ratio.toFixed(2)} (target: at most 1.2)`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
