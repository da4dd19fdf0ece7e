/**
 * Spool and delivery for a long time, a report a second, against a receiver that comes and goes:
 * memory and descriptors must be flat and nothing lost.
 *
 *   node scripts/soak.ts [minutes]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bundleFaultAgent,
  createFaultAccount,
  footprintOf,
  shippedNodeFlags,
  startFaultProcess,
} from '../test/support/fault-process.ts';
import { accept, createLedgerReceiver } from '../test/support/ledger-receiver.ts';

const minutes = Number(process.argv[2] ?? 60);
/** Up for most of a minute, then away or ill for ten seconds. */
const upMs = 50_000;
const downMs = 10_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const folder = mkdtempSync(join(tmpdir(), 'system-monitor-soak-'));
const receiver = await createLedgerReceiver();
const account = createFaultAccount();
const running = startFaultProcess({
  bundle: await bundleFaultAgent(folder),
  account,
  nodeFlags: shippedNodeFlags,
  agent: {
    url: receiver.url,
    folder: join(folder, 'spool'),
    intervalMs: 1000,
    padding: 9000,
    http: { requestTimeoutMs: 3000 },
  },
});
await running.ready;
const pid = running.child.pid ?? 0;
console.log('minute  reports  arrived  again  failures  private dirty kB  descriptors');
for (let minute = 1; minute <= minutes; minute += 1) {
  receiver.behave(() => accept);
  await sleep(upMs);
  const { privateDirtyKb, descriptors } = footprintOf(pid);
  const cells = [minute, account.durable.size, receiver.storedKeys.size, receiver.duplicates];
  console.log([...cells, account.logs.length, privateDirtyKb, descriptors].join('\t'));
  const isAway = minute % 2 === 0;
  if (isAway) await receiver.stop();
  else receiver.behave((request) => ({ kind: request % 2 === 0 ? 'silent' : 'store-and-reset' }));
  await sleep(downMs);
  if (isAway) await receiver.listen();
}
receiver.behave(() => accept);
running.child.kill('SIGHUP');
await sleep(10_000);
running.child.kill('SIGTERM');
await running.ended;
const lost = [...account.durable.values()].filter((key) => !receiver.storedKeys.has(key));
const rekeyed = [...receiver.keysByNumber.values()].filter((keys) => keys.size > 1);
console.log(`lost ${lost.length}, under two keys ${rekeyed.length}`);
await receiver.stop();
rmSync(folder, { recursive: true, force: true });
process.exitCode = lost.length + rekeyed.length === 0 ? 0 : 1;
