/** A ledger receiver, the bundled fault agent and a folder, all gone after the test. */
import { join } from 'node:path';
import { afterEach, jest } from '@jest/globals';
import type { FaultAgentOptions } from './fault-agent.ts';
import {
  bundleFaultAgent,
  createFaultAccount,
  type FaultAccount,
  type FaultProcess,
  type FaultProcessOptions,
  startFaultProcess,
} from './fault-process.ts';
import { createLedgerReceiver, type LedgerReceiver } from './ledger-receiver.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface FaultScene {
  readonly receiver: LedgerReceiver;
  readonly account: FaultAccount;
  /** Where the spool is unless the agent is told otherwise. */
  readonly spoolFolder: string;
  start(
    agent?: Partial<FaultAgentOptions>,
    more?: Pick<FaultProcessOptions, 'prefix' | 'env'>,
  ): Promise<FaultProcess>;
  /** Starts an agent that only sends, and resolves when nothing waits any more. */
  drain(agent?: Partial<FaultAgentOptions>): Promise<void>;
  /** Numbers of durable reports that have not arrived. */
  missing(): readonly number[];
  /**
   * Whether every durable report that is missing is at least as old, in seconds, as every one that
   * arrived. Within a second reports have no order: the agent never makes two in one, this one does.
   */
  onlyTheOldestAreMissing(): boolean;
  /** Numbers that arrived under more than one key. */
  rekeyed(): readonly number[];
}

// Processes are started and killed: on a busy machine each start may take seconds.
jest.setTimeout(240_000);

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export async function createFaultScene(): Promise<FaultScene> {
  const folder = temporaryFolder();
  const bundle = await bundleFaultAgent(folder);
  const receiver = await createLedgerReceiver();
  cleanups.push(() => receiver.stop());
  const account = createFaultAccount();
  const spoolFolder = join(folder, 'spool');

  async function start(
    agent: Partial<FaultAgentOptions> = {},
    more: Pick<FaultProcessOptions, 'prefix' | 'env'> = {},
  ): Promise<FaultProcess> {
    const defaults = { url: receiver.url, folder: spoolFolder, intervalMs: 10, padding: 1000 };
    const running = startFaultProcess({
      bundle,
      account,
      agent: { ...defaults, ...agent },
      ...more,
    });
    cleanups.push(() => {
      running.signal('SIGKILL');
      return running.ended;
    });
    await Promise.race([running.ready, running.ended]);
    return running;
  }

  return {
    receiver,
    account,
    spoolFolder,
    start,
    async drain(agent = {}) {
      const last = await start({ intervalMs: 0, untilDrained: true, ...agent });
      await last.ended;
    },
    missing: () =>
      [...account.durable]
        .filter(([, key]) => !receiver.storedKeys.has(key))
        .map(([number]) => number),
    onlyTheOldestAreMissing: () => {
      const seconds = (isMissing: boolean) =>
        [...account.durable.values()]
          .filter((key) => receiver.storedKeys.has(key) !== isMissing)
          .map((key) => Number(key.split('-', 1)[0]));
      return Math.max(...seconds(true)) <= Math.min(...seconds(false));
    },
    rekeyed: () =>
      [...receiver.keysByNumber].filter(([, keys]) => keys.size > 1).map(([number]) => number),
  };
}
