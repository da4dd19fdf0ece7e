/** How a report comes into the spool: onto the disk, or into memory while the disk refuses it. */
import { isLackOfRoom } from './disk-refusal.ts';
import { planDrop } from './plan-drop.ts';
import { createReportKey, encodeReport, entryOf } from './report-file.ts';
import type { SpoolEntry } from './spool.ts';
import { relieve, relieveDisk, type SpoolParts } from './spool-parts.ts';
import { note } from './spool-state.ts';

const reserveShare = 0.05;

export function append(parts: SpoolParts, epoch: number, body: Uint8Array): SpoolEntry {
  const { state, refusal } = parts;
  const key = createReportKey(epoch);
  if (settleMemory(parts)) {
    try {
      storeNew(parts, key, encodeReport(key, body));
      refusal.noteRecovery(state.pending.size);
    } catch (error) {
      refusal.note(error);
      hold(parts, key, body);
    }
  } else hold(parts, key, body);
  return state.pending.get(key) ?? entryOf(key, body.length, false);
}

/** Writes what memory holds, oldest first. True where nothing is left in memory. */
export function settleMemory(parts: SpoolParts): boolean {
  for (const [key, body] of parts.state.memory.entries()) {
    try {
      store(parts, key, encodeReport(key, body));
    } catch (error) {
      parts.refusal.note(error);
      return false;
    }
  }
  return true;
}

/**
 * A report just made takes the place of the oldest where the disk is full by its own account; a refusal
 * for lack of anything else may pass. Not so one that waits in memory: where deleting does not help,
 * each try would cost another report.
 */
function storeNew(parts: SpoolParts, key: string, content: Uint8Array): void {
  try {
    store(parts, key, content);
  } catch (error) {
    if (!isLackOfRoom(error) || !isDiskShort(parts, content.length)) throw error;
    const given = relieveDisk(parts, key, content.length);
    if (given === 0) throw error;
    store(parts, key, content, given);
  }
}

/** `given`: what older reports have given for it already. Throws where the disk refuses. */
function store(parts: SpoolParts, key: string, content: Uint8Array, given = 0): void {
  const { state, folder } = parts;
  relieve(parts, { kind: 'size', key, sizeBytes: content.length });
  folder.write(key, content);
  note(state, { kind: 'stored', entry: entryOf(key, content.length, true) });
  if (isDiskShort(parts, 0)) relieveDisk(parts, key, content.length - given);
}

/** The spool must not grow by that much more then. */
function isDiskShort({ disk, paths, limits }: SpoolParts, moreBytes: number): boolean {
  const space = disk.space(paths.pending);
  if (space === undefined) return false;
  return (
    space.freeBytes - moreBytes < Math.min(limits.minFreeBytes, space.totalBytes * reserveShare)
  );
}

/** A full disk is relieved of what is older before a report in memory is given up. */
function hold(parts: SpoolParts, key: string, body: Uint8Array): void {
  const { state, limits, refusal } = parts;
  note(state, { kind: 'held', entry: entryOf(key, body.length, false), body });
  const drop = planDrop(state, limits, { kind: 'memory' });
  if (drop === undefined) return;
  if (refusal.isForRoom) {
    const { entry } = drop;
    const onDisk = state.pending.find(({ durable }) => durable);
    const isOlder = onDisk !== undefined && onDisk.key < entry.key;
    if (isOlder && relieveDisk(parts, entry.key, entry.sizeBytes) > 0) settleMemory(parts);
  }
  relieve(parts, { kind: 'memory' });
}
