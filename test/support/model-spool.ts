/**
 * A spool in memory that keeps the promises of spool.ts and nothing else, and to which everything
 * may happen that can happen to files.
 */
import { MonitorError } from '../../src/base/errors.ts';
import { createReportQueue } from '../../src/spool/report-queue.ts';
import type { Spool, SpoolEntry } from '../../src/spool/spool.ts';

export type Fate = 'acknowledged' | 'rejected' | 'dropped' | 'damaged';

export interface ModelSpool extends Spool {
  /** What became of those that wait no longer. */
  readonly fates: ReadonlyMap<string, Fate>;
  /** Somebody drops it, as the spool itself does for lack of room. */
  drop(entry: SpoolEntry): void;
  /** Its bytes are wrong; that is noticed when it is read. */
  damage(entry: SpoolEntry): void;
  /** Another program has it open; `unlockAll` ends that. */
  lock(entry: SpoolEntry): void;
  unlockAll(): void;
}

export function createModelSpool(): ModelSpool {
  const queue = createReportQueue();
  const files = new Map<string, Uint8Array>();
  const damaged = new Set<string>();
  const locked = new Set<string>();
  const fates = new Map<string, Fate>();
  let appended = 0;

  function leave(key: string, fate: Fate): void {
    if (queue.remove(key)) fates.set(key, fate);
  }

  return {
    fates,
    append(epoch, body) {
      appended += 1;
      const key = `${String(epoch).padStart(12, '0')}-${String(appended).padStart(16, '0')}`;
      const entry = { key, epoch, sizeBytes: body.length, durable: true };
      files.set(key, body);
      queue.add(entry);
      return entry;
    },
    pending: () => queue.snapshot(),
    newest: () => queue.newest(),
    oldest: (accepts) => queue.find(accepts),
    read({ key }) {
      if (locked.has(key)) {
        throw new MonitorError({ code: 'PERMISSION', operation: `read ${key}`, reason: 'EBUSY' });
      }
      if (damaged.has(key)) leave(key, 'damaged');
      return damaged.has(key) ? undefined : files.get(key);
    },
    // Its file stays for a moment, as on a disk that is slow to let it go.
    acknowledge: ({ key }) => leave(key, 'acknowledged'),
    reject: ({ key }) => leave(key, 'rejected'),
    counts: () => ({
      pendingReports: queue.size,
      pendingBytes: queue.bytes,
      memoryReports: 0,
      oldestEpoch: queue.oldest()?.epoch,
      rejectedReports: 0,
      damagedFiles: 0,
      droppedReports: 0,
    }),
    maintain() {
      for (const [key, fate] of fates) if (fate !== 'acknowledged') files.delete(key);
    },
    close() {},
    drop({ key }) {
      leave(key, 'dropped');
      files.delete(key);
    },
    damage: ({ key }) => damaged.add(key),
    lock: ({ key }) => locked.add(key),
    unlockAll: () => locked.clear(),
  };
}
