/** What the API says of a system: its state, and its newest figures in the wire's own words. */
import type { SummaryFigures, SystemState, SystemSummary } from './api-schemas.ts';
import { disksOf, newestRate } from './figures.ts';
import type { NewestFigures, SystemRow } from './store.ts';

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
    name: row.name,
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
