/**
 * What the spool knows, and how that changes with what has happened. Nothing here touches the disk:
 * the driver (create-spool.ts) does, and notes afterwards what became of it.
 *
 *            ┌─held──▶ memory ─stored─┐
 *   append ──┤                        ▼
 *            └─stored────────────▶ on disk ─settled─▶ to be unlinked ─released─▶
 *                                     ├─rejected─▶ put aside
 *                                     ├─damaged──▶ put aside
 *                                     └─dropped (plan-drop.ts)
 */
import { createMemoryLane, type MemoryLane } from './memory-lane.ts';
import { createReportQueue, type ReportQueue } from './report-queue.ts';
import type { SpoolCounts, SpoolEntry } from './spool.ts';

/** One object, changed in place: a copy of a hundred thousand entries for each report would be slow. */
export interface SpoolState {
  /** All that wait, on disk and in memory. */
  readonly pending: ReportQueue;
  /** Those of them that the disk refused. */
  readonly memory: MemoryLane;
  /** Done with, but the disk has not let the file go yet; it must not be sent again. */
  readonly settled: Set<string>;
  readonly rejected: ReportQueue;
  damagedFiles: number;
  damagedBytes: number;
  droppedReports: number;
  /** When the last of them was, milliseconds since 1970. */
  lastDroppedAtMs?: number;
}

export type DropCause = 'age' | 'size' | 'free-disk' | 'memory' | 'rejected-size';

export interface Drop {
  readonly from: 'pending' | 'rejected';
  readonly entry: SpoolEntry;
  readonly cause: DropCause;
}

export type SpoolEvent =
  /** The folders were looked at. */
  | {
      readonly kind: 'found';
      readonly pending: readonly SpoolEntry[];
      readonly rejected: readonly SpoolEntry[];
      readonly damagedSizes: readonly number[];
    }
  /** A report is durable. */
  | { readonly kind: 'stored'; readonly entry: SpoolEntry }
  /** The disk refused it. */
  | { readonly kind: 'held'; readonly entry: SpoolEntry; readonly body: Uint8Array }
  /** It is done with, and its file is still to be removed. */
  | { readonly kind: 'settled'; readonly key: string }
  | { readonly kind: 'released'; readonly key: string }
  /** It is done with, or somebody else took it, and there is no file. */
  | { readonly kind: 'gone'; readonly from: 'pending' | 'rejected'; readonly key: string }
  | { readonly kind: 'rejected'; readonly entry: SpoolEntry }
  /** No report any more; without a size it stays where it was found. */
  | { readonly kind: 'damaged'; readonly key?: string; readonly sizeBytes: number | undefined }
  | { readonly kind: 'trimmed'; readonly sizeBytes: number }
  | { readonly kind: 'dropped'; readonly drop: Drop; readonly atMs: number };

export function createSpoolState(): SpoolState {
  return {
    pending: createReportQueue(),
    memory: createMemoryLane(),
    settled: new Set(),
    rejected: createReportQueue(),
    damagedFiles: 0,
    damagedBytes: 0,
    droppedReports: 0,
  };
}

export function note(state: SpoolState, event: SpoolEvent): void {
  switch (event.kind) {
    case 'found':
      noteFound(state, event);
      return;
    case 'stored':
      state.memory.remove(event.entry.key);
      state.pending.add(event.entry);
      return;
    case 'held':
      state.memory.add(event.entry.key, event.body);
      state.pending.add(event.entry);
      return;
    case 'settled':
      forget(state, event.key);
      state.settled.add(event.key);
      return;
    case 'released':
      state.settled.delete(event.key);
      return;
    case 'gone':
      forget(state, event.key, event.from);
      return;
    case 'rejected':
      forget(state, event.entry.key);
      state.rejected.add(event.entry);
      return;
    case 'damaged':
      if (event.key !== undefined) forget(state, event.key);
      if (event.sizeBytes === undefined) return;
      state.damagedFiles += 1;
      state.damagedBytes += event.sizeBytes;
      return;
    case 'trimmed':
      state.damagedFiles -= 1;
      state.damagedBytes -= event.sizeBytes;
      return;
    case 'dropped':
      forget(state, event.drop.entry.key, event.drop.from);
      state.droppedReports += 1;
      state.lastDroppedAtMs = event.atMs;
  }
}

export function countsOf(state: SpoolState): SpoolCounts {
  const { pending, memory, rejected, damagedFiles, droppedReports, lastDroppedAtMs } = state;
  return {
    pendingReports: pending.size,
    pendingBytes: pending.bytes,
    memoryReports: memory.size,
    oldestEpoch: pending.oldest()?.epoch,
    rejectedReports: rejected.size,
    damagedFiles,
    droppedReports,
    ...(lastDroppedAtMs === undefined ? {} : { lastDroppedAtMs }),
  };
}

function noteFound(state: SpoolState, found: Extract<SpoolEvent, { kind: 'found' }>): void {
  const { pending, memory, settled, rejected } = state;
  const inMemory = pending.snapshot().filter((entry) => memory.has(entry.key));
  // A file whose folder refused to be synced is there, and counts as in memory all the same.
  const onDisk = found.pending.filter(({ key }) => !settled.has(key) && !memory.has(key));
  pending.replaceAll([...onDisk, ...inMemory]);
  rejected.replaceAll(found.rejected);
  state.damagedFiles = found.damagedSizes.length;
  state.damagedBytes = found.damagedSizes.reduce((sum, size) => sum + size, 0);
}

function forget(
  { memory, pending, rejected }: SpoolState,
  key: string,
  from: 'pending' | 'rejected' = 'pending',
): void {
  if (from === 'rejected') {
    rejected.remove(key);
    return;
  }
  memory.remove(key);
  pending.remove(key);
}
