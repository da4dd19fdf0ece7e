/** What the API says of a system: its state, and its newest figures in the wire's own words. */
import { disksOf, newestRate } from './figures.ts';
import type { NewestFigures, SystemRow } from './store.ts';

/** `waiting`: registered, and never heard of. */
export type SystemState = 'up' | 'late' | 'silent' | 'waiting';

export interface SystemSummary {
  readonly id: string;
  readonly registered_at: number;
  readonly state: SystemState;
  /** When it becomes late and silent if nothing arrives until then; null while `waiting`. */
  readonly late_at: number | null;
  readonly silent_at: number | null;
  readonly last_epoch: number | null;
  readonly last_received: number | null;
  readonly interval: number | null;
  readonly url: string | null;
  readonly figures: SummaryFigures | null;
}

export interface SummaryFigures {
  readonly cpu_count: number;
  readonly cpu_frequency: number | null;
  readonly cpu_percent: number;
  readonly memory_total: number;
  readonly memory_used: number;
  readonly memory_percent: number;
  readonly processes: number;
  /** The fullest disk; null where none is reported. */
  readonly disk: { readonly mount_point: string; readonly percent: number } | null;
  /** Bytes a second since the report before; null where no rate can be known. */
  readonly sent_per_second: number | null;
  readonly received_per_second: number | null;
}

/**
 * A report is due each interval. One that is missing a whole further interval is late, and after
 * five the machine counts as silent. The grace covers the agent's own retry and a slow collection,
 * which matter at an interval of one second and not at one of sixty.
 */
const lateAfterIntervals = 2;
const silentAfterIntervals = 5;
const graceSeconds = 5;

export function summarise(row: SystemRow, now: number): SystemSummary {
  const { newest } = row;
  const lateAt = newest === null ? null : dueAt(newest, lateAfterIntervals);
  const silentAt = newest === null ? null : dueAt(newest, silentAfterIntervals);
  return {
    id: row.id,
    registered_at: row.registeredAt,
    state: stateAt(now, lateAt, silentAt),
    late_at: lateAt,
    silent_at: silentAt,
    last_epoch: newest?.epoch ?? null,
    last_received: newest?.receivedAt ?? null,
    interval: newest?.intervalSeconds ?? null,
    url: newest?.url ?? null,
    figures: newest === null ? null : figures(newest),
  };
}

function dueAt(newest: NewestFigures, intervals: number): number {
  return newest.receivedAt + intervals * newest.intervalSeconds + graceSeconds;
}

function stateAt(now: number, lateAt: number | null, silentAt: number | null): SystemState {
  if (lateAt === null || silentAt === null) return 'waiting';
  if (now >= silentAt) return 'silent';
  return now >= lateAt ? 'late' : 'up';
}

function figures(newest: NewestFigures): SummaryFigures {
  const fullest = disksOf(newest.disks)[0];
  const rate = newestRate(newest);
  return {
    cpu_count: newest.cpuCount,
    cpu_frequency: newest.cpuFrequency,
    cpu_percent: newest.cpuPercent,
    memory_total: newest.memoryTotalBytes,
    memory_used: newest.memoryUsedBytes,
    memory_percent: newest.memoryPercent,
    processes: newest.processCount,
    disk:
      fullest === undefined ? null : { mount_point: fullest.mountPoint, percent: fullest.percent },
    sent_per_second: rate?.sentBytesPerSecond ?? null,
    received_per_second: rate?.receivedBytesPerSecond ?? null,
  };
}
