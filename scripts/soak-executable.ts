/**
 * The executable itself for a long time: a report a second, against a receiver that comes, goes and
 * misbehaves. Memory and descriptors must be flat and nothing lost.
 *
 *   node scripts/soak-executable.ts [minutes] [executable]
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { accept, createLedgerReceiver } from '../test/support/ledger-receiver.ts';

const minutes = Number(process.argv[2] ?? 60);
const executable = process.argv[3] ?? 'dist/system-monitor';
/** Up for most of a minute, then away or ill for ten seconds. */
const upMs = 50_000;
const downMs = 10_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const folder = mkdtempSync(join(tmpdir(), 'system-monitor-soak-'));
const receiver = await createLedgerReceiver();
const environment = {
  SYSTEM_MONITOR_CONFIG: join(folder, 'config.json'),
  SYSTEM_MONITOR_STATE_DIR: join(folder, 'state'),
  SYSTEM_MONITOR_URL: receiver.url,
  SYSTEM_MONITOR_INTERVAL: '1',
  SYSTEM_MONITOR_LOG_LEVEL: 'debug',
};

/** Keys that the log calls collected: each was durable by then. */
const collected = new Set<string>();
let logLines = 0;

function run(words: readonly string[]) {
  const child = spawn(executable, words, {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!line.includes('"report.collected"')) logLines += 1;
    else collected.add(String(Reflect.get(Object(JSON.parse(line)), 'key')));
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { pid: child.pid ?? 0, ended, kill: () => child.kill('SIGTERM') };
}

function footprint(pid: number): readonly (string | number)[] {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(rollup)?.[1]);
  const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // proc(5): utime and stime, in hundredths of a second.
  const cpuMs = (Number(ticks[11]) + Number(ticks[12])) * 10;
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  return [kilobytes('Rss'), kilobytes('Private_Dirty'), descriptors, cpuMs];
}

const agent = run(['background']);
console.log(
  'minute\tcollected\tarrived\tagain\tlog lines\tRss kB\tprivate dirty kB\tdescriptors\tCPU ms',
);
for (let minute = 1; minute <= minutes; minute += 1) {
  receiver.behave(() => accept);
  await sleep(upMs);
  const counts = [minute, collected.size, receiver.storedKeys.size, receiver.duplicates, logLines];
  console.log([...counts, ...footprint(agent.pid)].join('\t'));
  const isAway = minute % 2 === 0;
  if (isAway) await receiver.stop();
  else {
    receiver.behave((request) => ({ kind: request % 2 === 0 ? 'silent' : 'store-and-reset' }));
  }
  await sleep(downMs);
  if (isAway) await receiver.listen();
}
receiver.behave(() => accept);
agent.kill();
await agent.ended;
// What was left at the end is sent by one more run.
const lastCode = await run(['background', '--once']).ended;
const lost = [...collected].filter((key) => !receiver.storedKeys.has(key));
const rekeyed = [...receiver.keysByNumber.values()].filter((keys) => keys.size > 1);
console.log(
  `collected ${collected.size}, arrived ${receiver.storedKeys.size}, again ${receiver.duplicates}, ` +
    `lost ${lost.length}, under two keys ${rekeyed.length}; the last run ended with ${lastCode}`,
);
await receiver.stop();
rmSync(folder, { recursive: true, force: true });
process.exitCode = lost.length + rekeyed.length === 0 ? 0 : 1;
