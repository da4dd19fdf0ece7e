/**
 * The long form of the fault suite, as a table.
 *
 *   node scripts/torture.ts [kills]
 *
 * With SYSTEM_MONITOR_EXECUTABLE the executable is killed as well, a tenth as often.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runExecutableTorture } from '../test/support/executable-torture.ts';
import { runKillTorture } from '../test/support/kill-torture.ts';
import { runReceiverFaults } from '../test/support/receiver-faults.ts';

const kills = Number(process.argv[2] ?? 1000);
if (!Number.isSafeInteger(kills) || kills < 1) {
  console.error('usage: node scripts/torture.ts [kills]');
  process.exit(64);
}
const executable = process.env.SYSTEM_MONITOR_EXECUTABLE ?? '';
let isKept = true;

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'system-monitor-torture-'));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await inFolder(async (folder) => {
  const { lost, rekeyed, ...counts } = await runKillTorture({
    folder,
    kills,
    onProgress: (done) => {
      if (done % 100 === 0) console.error(`${done} of ${kills} kills`);
    },
  });
  console.log('kill -9 at random moments, spool and delivery');
  console.table({ ...counts, lost: lost.length, rekeyed: rekeyed.length });
  isKept &&= lost.length + rekeyed.length === 0;
});

if (executable !== '') {
  await inFolder(async (folder) => {
    const result = await runExecutableTorture({
      command: [executable],
      folder,
      kills: Math.ceil(kills / 10),
    });
    const { durable, stored, duplicates, lost, doubled } = result;
    console.log('kill -9 at random moments, the executable');
    console.table({ durable, stored, duplicates, lost: lost.length, doubled: doubled.length });
    isKept &&= lost.length + doubled.length === 0;
  });
}

await inFolder(async (folder) => {
  const { before, rows } = await runReceiverFaults(folder);
  console.log('bad receivers, one after another, met by one running agent');
  console.table([{ fault: 'before', ...before }, ...rows]);
  isKept &&= rows.every((row) => row.lost + row.rekeyed === 0);
});

process.exitCode = isKept ? 0 : 1;
