/** kill -9 at random moments, again and again, on a process that collects, spools and sends. */
import { join } from 'node:path';
import { bundleFaultAgent, createFaultAccount, startFaultProcess } from './fault-process.ts';
import { accept, createLedgerReceiver, type Misbehaviour } from './ledger-receiver.ts';

export interface KillTortureOptions {
  /** Where the program and the spool go. */
  readonly folder: string;
  readonly kills: number;
  readonly onProgress?: (kills: number) => void;
}

export interface KillTortureResult {
  readonly kills: number;
  /** Reports that the processes had on disk. */
  readonly durable: number;
  readonly stored: number;
  /** Requests that brought a report once more, under its first key. */
  readonly duplicates: number;
  /** Numbers of durable reports that never arrived: must be none. */
  readonly lost: readonly number[];
  /** Numbers of reports that arrived under two keys: must be none. */
  readonly rekeyed: readonly number[];
  readonly damagedFiles: number;
}

const misbehaviours: readonly Misbehaviour[] = [
  { kind: 'store-and-reset' },
  { kind: 'reset' },
  { kind: 'reset-mid-answer' },
  { kind: 'answer', status: 503 },
];
const longestLifeMs = 150;

export async function runKillTorture(options: KillTortureOptions): Promise<KillTortureResult> {
  const { kills, onProgress = () => {} } = options;
  const bundle = await bundleFaultAgent(options.folder);
  const receiver = await createLedgerReceiver();
  const account = createFaultAccount();
  const agent = {
    url: receiver.url,
    folder: join(options.folder, 'spool'),
    intervalMs: 2,
    padding: 5000,
  };
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      receiver.behave(() =>
        Math.random() < 0.9
          ? accept
          : (misbehaviours[Math.floor(Math.random() * misbehaviours.length)] ?? accept),
      );
      const running = startFaultProcess({ bundle, agent, account });
      await Promise.race([running.ready, running.ended]);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * longestLifeMs));
      running.child.kill('SIGKILL');
      await running.ended;
      onProgress(kill + 1);
    }
    receiver.behave(() => accept);
    const last = startFaultProcess({
      bundle,
      agent: { ...agent, intervalMs: 0, untilDrained: true },
      account,
    });
    await last.ended;
  } finally {
    await receiver.stop();
  }
  const { keysByNumber, storedKeys, duplicates } = receiver;
  return {
    kills,
    durable: account.durable.size,
    stored: storedKeys.size,
    duplicates,
    lost: [...account.durable].filter(([, key]) => !storedKeys.has(key)).map(([number]) => number),
    rekeyed: [...keysByNumber].filter(([, keys]) => keys.size > 1).map(([number]) => number),
    damagedFiles: account.logs.filter((line) => line.event.includes('damaged')).length,
  };
}
