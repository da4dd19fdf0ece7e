/**
 * CPU use and memory of each process, for people: they are read where they are shown and never sent.
 * Agrees with cpu_percent() and memory_info().rss of psutil 5.9's Process.
 */
import type { Clock } from '../../base/clock.ts';
import { roundToTenth } from '../percent.ts';
import { createTimeSlice } from '../time-slice.ts';
import type { Processes, ProcessUsage, UsedProcess } from './index.ts';

/** As short as a figure with any meaning can be had: fifteen ticks of 10 ms (usage-window.ts). */
const windowMs = 150;

export interface UsageCounters {
  /** Tells a process from a later one of the same pid. */
  readonly start: number | bigint;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

export interface ProcessUsages {
  /** Sees to it that there are earlier counters, far enough back. Before a sample. */
  prepare(pids: () => Promise<Iterable<number>>, signal?: AbortSignal): Promise<void>;
  /** Adds what each process used since the sample before, or since `prepare`. */
  addTo(processes: Processes): Promise<Processes>;
}

interface Reading extends UsageCounters {
  readonly atMs: number;
}

/** Of one moment. Undefined for a process that has ended or does not tell. */
export type ReadCounters = (pid: number) => UsageCounters | undefined;

export function createProcessUsages(clock: Clock, begin: () => ReadCounters): ProcessUsages {
  let earlier: ReadonlyMap<number, Reading> | undefined;
  let earlierMs = 0;

  async function readAll(pids: Iterable<number>): Promise<Map<number, Reading>> {
    const slice = createTimeSlice(clock);
    const read = begin();
    const readings = new Map<number, Reading>();
    for (const pid of pids) {
      const counters = read(pid);
      if (counters !== undefined) readings.set(pid, { ...counters, atMs: clock.monotonicMs() });
      if (slice.used()) await slice.pause();
    }
    return readings;
  }

  return {
    async prepare(pids, signal) {
      if (earlier === undefined) {
        earlier = await readAll(await pids());
        earlierMs = clock.monotonicMs();
      }
      const missingMs = windowMs - (clock.monotonicMs() - earlierMs);
      if (missingMs > 0) await clock.sleep(missingMs, signal);
    },
    async addTo(processes) {
      if (!Array.isArray(processes)) return processes;
      const later = await readAll(processes.map(({ pid }) => pid));
      const used = processes.map((process): UsedProcess => {
        const now = later.get(process.pid);
        return now === undefined
          ? process
          : { ...process, ...usageBetween(earlier?.get(process.pid), now) };
      });
      earlier = later;
      earlierMs = clock.monotonicMs();
      return used;
    },
  };
}

/** 100 % is one CPU, as in psutil and top(1). One that began meanwhile has no use to tell yet. */
export function usageBetween(earlier: Reading | undefined, later: Reading): ProcessUsage {
  const usage = { rss_bytes: later.rssBytes };
  if (earlier === undefined || earlier.start !== later.start) return usage;
  const seconds = (later.atMs - earlier.atMs) / 1000;
  const cpuSeconds = later.cpuSeconds - earlier.cpuSeconds;
  if (!(seconds > 0 && cpuSeconds >= 0)) return usage;
  return { cpu_percent: roundToTenth((cpuSeconds / seconds) * 100), ...usage };
}
