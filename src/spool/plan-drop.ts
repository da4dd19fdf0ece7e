/**
 * Which report has to go, and whether one has to: the table "What may be dropped" of
 * docs/specs/0001-delivery.md. Pure; the driver asks again after each that is gone.
 */
import type { SpoolLimits } from './limits.ts';
import type { SpoolEntry } from './spool.ts';
import type { Drop, SpoolState } from './spool-state.ts';

export type Pressure =
  /** What was collected before this epoch is too old. */
  | {
      readonly kind: 'age';
      readonly from: 'pending' | 'rejected';
      readonly oldestAllowedEpoch: number;
    }
  /** The report of that key is to take so much. */
  | { readonly kind: 'size'; readonly key: string; readonly sizeBytes: number }
  /** The report of that key came while the disk is short: so much is still to be given for it. */
  | { readonly kind: 'free-disk'; readonly key: string; readonly bytesOwed: number }
  | { readonly kind: 'memory' }
  | { readonly kind: 'rejected-size' };

/** The oldest that has to go under this pressure, or undefined where none has to. */
export function planDrop(
  state: SpoolState,
  limits: SpoolLimits,
  pressure: Pressure,
): Drop | undefined {
  const { pending, memory, rejected } = state;
  switch (pressure.kind) {
    case 'age': {
      const { from, oldestAllowedEpoch } = pressure;
      const oldest = state[from].oldest();
      const isTooOld = oldest !== undefined && oldest.epoch < oldestAllowedEpoch;
      return isTooOld ? { from, entry: oldest, cause: 'age' } : undefined;
    }
    case 'size': {
      const { key, sizeBytes } = pressure;
      const others = pending.bytes - (pending.get(key)?.sizeBytes ?? 0);
      if (others + sizeBytes <= limits.maxBytes) return undefined;
      return pendingDrop(
        'size',
        pending.find((entry) => entry.key !== key),
      );
    }
    case 'free-disk': {
      const { key, bytesOwed } = pressure;
      if (bytesOwed <= 0) return undefined;
      return pendingDrop(
        'free-disk',
        pending.find((entry) => entry.durable && entry.key !== key),
      );
    }
    case 'memory': {
      const isOver = memory.size > limits.maxMemoryReports || memory.bytes > limits.maxMemoryBytes;
      if (!isOver || memory.size === 1) return undefined;
      return pendingDrop(
        'memory',
        pending.find((entry) => !entry.durable),
      );
    }
    case 'rejected-size': {
      const oldest = rejected.oldest();
      if (oldest === undefined || rejected.size === 1) return undefined;
      if (rejected.bytes <= limits.maxAsideBytes) return undefined;
      return { from: 'rejected', entry: oldest, cause: 'rejected-size' };
    }
  }
}

function pendingDrop(
  cause: 'size' | 'free-disk' | 'memory',
  entry: SpoolEntry | undefined,
): Drop | undefined {
  return entry === undefined ? undefined : { from: 'pending', entry, cause };
}
