/** The long form of the fault suite: `node scripts/torture.ts [kills]`, 1 000 kills by default. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runKillTorture } from '../test/support/kill-torture.ts';

const kills = Number(process.argv[2] ?? 1000);
if (!Number.isSafeInteger(kills) || kills < 1) {
  console.error('usage: node scripts/torture.ts [kills]');
  process.exit(64);
}
const folder = mkdtempSync(join(tmpdir(), 'system-monitor-torture-'));
try {
  const startedMs = performance.now();
  const result = await runKillTorture({
    folder,
    kills,
    onProgress: (done) => {
      if (done % 100 === 0) console.error(`${done} of ${kills} kills`);
    },
  });
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(`kill -9 at random moments   ${result.kills} times in ${seconds} s`);
  console.log(`durable reports             ${result.durable}`);
  console.log(`arrived                     ${result.stored}`);
  console.log(`lost                        ${result.lost.length}`);
  console.log(`sent again, same key        ${result.duplicates}`);
  console.log(`arrived under two keys      ${result.rekeyed.length}`);
  console.log(`damaged files               ${result.damagedFiles}`);
  process.exitCode = result.lost.length + result.rekeyed.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
