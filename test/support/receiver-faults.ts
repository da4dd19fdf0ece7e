/**
 * One running agent meets every kind of bad receiver in turn. After each, everything that it had on
 * disk must have arrived, once or again under its first key, and it must be no bigger than before.
 */
import { join } from 'node:path';
import {
  bundleFaultAgent,
  createFaultAccount,
  footprintOf,
  shippedNodeFlags,
  startFaultProcess,
} from './fault-process.ts';
import { accept, createLedgerReceiver, type Misbehaviour } from './ledger-receiver.ts';

export interface FaultRow {
  readonly fault: string;
  /** Reports that were on disk when the fault was over. */
  readonly durable: number;
  readonly duplicates: number;
  readonly lost: number;
  readonly rekeyed: number;
  readonly descriptors: number;
  readonly privateDirtyKb: number;
}

export interface ReceiverFaultsResult {
  readonly before: { readonly descriptors: number; readonly privateDirtyKb: number };
  readonly rows: readonly FaultRow[];
}

/** How many requests in a row meet the fault. */
const timesEach = 3;
const deadlineMs = 60_000;
const gigabyte = 1024 ** 3;

function statusFault(status: number, headers?: Record<string, string>): [string, Misbehaviour] {
  const told = Object.entries(headers ?? {}).map(([name, value]) => ` ${name}: ${value}`);
  const misbehaviour: Misbehaviour = { kind: 'answer', status, ...(headers && { headers }) };
  return [`answers ${status}${told.join('')}`, misbehaviour];
}

function faults(): readonly (readonly [string, Misbehaviour])[] {
  const inOneSecond = new Date(Date.now() + 1000).toUTCString();
  return [
    ['accepts and stays silent', { kind: 'silent' }],
    ['stores and stays silent', { kind: 'store-and-be-silent' }],
    ['resets the connection', { kind: 'reset' }],
    ['stores and resets the connection', { kind: 'store-and-reset' }],
    ['resets in the middle of its 200', { kind: 'reset-mid-answer' }],
    ['answers 200 with 1 GB', { kind: 'endless-answer', bytes: gigabyte }],
    ...[301, 302, 303, 307, 308].map((status) =>
      statusFault(status, { location: 'http://127.0.0.1:1/' }),
    ),
    ...[401, 403, 404, 407, 408, 425, 429].map((status) => statusFault(status)),
    ...[500, 501, 502, 503, 504, 599].map((status) => statusFault(status)),
    statusFault(429, { 'retry-after': '1' }),
    statusFault(503, { 'retry-after': inOneSecond }),
  ];
}

export async function runReceiverFaults(folder: string): Promise<ReceiverFaultsResult> {
  const bundle = await bundleFaultAgent(folder);
  const receiver = await createLedgerReceiver();
  const account = createFaultAccount();
  const running = startFaultProcess({
    bundle,
    account,
    nodeFlags: shippedNodeFlags,
    agent: {
      url: receiver.url,
      folder: join(folder, 'spool'),
      intervalMs: 10,
      padding: 5000,
      http: { requestTimeoutMs: 250 },
    },
  });
  const pid = running.child.pid ?? 0;
  const arrived = (keys: Iterable<string>) =>
    [...keys].every((key) => receiver.storedKeys.has(key));

  /** Waits until the fault is over and what was collected by then has arrived; gives what has not. */
  async function meet(misbehaviour: Misbehaviour): Promise<readonly string[]> {
    let left = timesEach;
    receiver.behave(() => {
      left -= 1;
      return left < 0 ? accept : misbehaviour;
    });
    await running.until(() => left < 0, 'the fault is over', deadlineMs);
    const keys = [...account.durable.values()];
    await running.until(() => arrived(keys), 'all have arrived', deadlineMs).catch(() => {});
    return keys.filter((key) => !receiver.storedKeys.has(key));
  }

  const rows: FaultRow[] = [];
  await Promise.race([running.ready, running.ended]);
  // An hour's patience is not for a test: told that its settings changed, the agent tries at once.
  const nudge = setInterval(() => running.child.kill('SIGHUP'), 100);
  try {
    // The buffers of a first failure belong to what it weighs.
    for (const warmUp of [accept, { kind: 'silent' }, { kind: 'reset' }] as const)
      await meet(warmUp);
    const before = footprintOf(pid);
    for (const [fault, misbehaviour] of faults()) {
      const duplicatesBefore = receiver.duplicates;
      const missing = await meet(misbehaviour);
      const stored = [...receiver.keysByNumber.values()];
      rows.push({
        fault,
        durable: account.durable.size,
        duplicates: receiver.duplicates - duplicatesBefore,
        lost: missing.length,
        rekeyed: stored.filter((keys) => keys.size > 1).length,
        ...footprintOf(pid),
      });
    }
    return { before, rows };
  } finally {
    clearInterval(nudge);
    running.child.kill('SIGKILL');
    await running.ended;
    await receiver.stop();
  }
}
