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

export interface CpuCounters {
  /** Tells a process from a later one of the same pid. */
  readonly start: number | bigint;
  readonly cpuSeconds: number;
}

/** Of one moment. Undefined stands for a process that has ended or does not tell. */
export interface UsageReader {
  cpu(pid: number): CpuCounters | undefined;
  rssBytes(pid: number): number | undefined;
}

export interface ProcessUsages {
  /** Sees to it that there are earlier counters, far enough back. Before a sample. */
  prepare(pids: () => Promise<Iterable<number>>, signal?: AbortSignal): Promise<void>;
  /** Adds what each process used since the sample before, or since `prepare`. */
  addTo(processes: Processes): Promise<Processes>;
}

interface Reading extends CpuCounters {
  readonly atMs: number;
}

export function createProcessUsages(clock: Clock, begin: () => UsageReader): ProcessUsages {
  let earlier: ReadonlyMap<number, Reading> | undefined;
  let earlierMs = 0;

  function readCpu(reader: UsageReader, pid: number): Reading | undefined {
    const counters = reader.cpu(pid);
    return counters === undefined ? undefined : { ...counters, atMs: clock.monotonicMs() };
  }

  async function forEach<Item>(items: Iterable<Item>, act: (item: Item) => void): Promise<void> {
    const slice = createTimeSlice(clock);
    for (const item of items) {
      act(item);
      if (slice.used()) await slice.pause();
    }
  }

  return {
    async prepare(pids, signal) {
      if (earlier === undefined) {
        const reader = begin();
        const readings = new Map<number, Reading>();
        await forEach(await pids(), (pid) => {
          const reading = readCpu(reader, pid);
          if (reading !== undefined) readings.set(pid, reading);
        });
        earlier = readings;
        earlierMs = clock.monotonicMs();
      }
      const missingMs = windowMs - (clock.monotonicMs() - earlierMs);
      if (missingMs > 0) await clock.sleep(missingMs, signal);
    },
    async addTo(processes) {
      if (!Array.isArray(processes)) return processes;
      const reader = begin();
      const readings = new Map<number, Reading>();
      const used: UsedProcess[] = [];
      await forEach<UsedProcess>(processes, (process) => {
        const { pid } = process;
        const reading = readCpu(reader, pid);
        const rssBytes = reader.rssBytes(pid);
        if (reading !== undefined) readings.set(pid, reading);
        used.push({
          ...process,
          ...cpuUse(earlier?.get(pid), reading),
          ...(rssBytes === undefined ? {} : { rss_bytes: rssBytes }),
        });
      });
      earlier = readings;
      earlierMs = clock.monotonicMs();
      return used;
    },
  };
}

/** 100 % is one CPU, as in psutil and top(1). One that began meanwhile has no use to tell yet. */
function cpuUse(
  earlier: Reading | undefined,
  later: Reading | undefined,
): Pick<ProcessUsage, 'cpu_percent'> {
  if (earlier === undefined || later === undefined || earlier.start !== later.start) return {};
  const seconds = (later.atMs - earlier.atMs) / 1000;
  const cpuSeconds = later.cpuSeconds - earlier.cpuSeconds;
  if (!(seconds > 0 && cpuSeconds >= 0)) return {};
  return { cpu_percent: roundToTenth((cpuSeconds / seconds) * 100) };
}
