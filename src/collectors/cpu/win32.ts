/**
 * CPUs of a Windows system by GetSystemTimes and its neighbours. Agrees with psutil 5.9, but for its
 * percentage: psutil adds interrupt time to the busy time that includes it already.
 */
import {
  loadProcessorCalls,
  type ProcessorCalls,
  type ProcessorTimes,
  readProcessorCount,
  readProcessorFrequency,
  readProcessorTimes,
} from '../../host/win32/processors.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { percentOf } from '../percent.ts';
import { cpuStatsOf } from './cpu-stats-of.ts';
import type { Cpu } from './index.ts';
import { createUsageWindow, type UsageWindow } from './usage-window.ts';

interface Source {
  readonly calls: ProcessorCalls;
  readonly usage: UsageWindow<ProcessorTimes>;
}

/** `collect` throws NOT_AVAILABLE where Windows cannot be asked. */
export function createWin32CpuCollector(
  context: CollectorContext,
  { load = loadProcessorCalls }: { readonly load?: () => Promise<ProcessorCalls> } = {},
): Collector<Cpu> {
  async function open(): Promise<Source> {
    const calls = await load();
    const usage = createUsageWindow({
      clock: context.clock,
      read: () => readProcessorTimes(calls),
      percentBetween: win32BusyPercentBetween,
    });
    return { calls, usage };
  }

  let source: Promise<Source> | undefined;
  return {
    async collect(signal) {
      source ??= open();
      const { calls, usage } = await source;
      const { percent } = await usage.measure(signal);
      const count = readProcessorCount(calls);
      const readFrequencyMhz = () => readProcessorFrequency(calls, count);
      return cpuStatsOf({ count, readFrequencyMhz, percentUsed: percent }, context.remarks);
    },
  };
}

/** Percent with one decimal; undefined when a counter went back (a restored virtual machine). */
export function win32BusyPercentBetween(
  earlier: ProcessorTimes,
  later: ProcessorTimes,
): number | undefined {
  const idle = Number(later.idleTicks - earlier.idleTicks);
  const busy = Number(later.busyTicks - earlier.busyTicks);
  return idle < 0 || busy < 0 ? undefined : percentOf(busy, idle + busy);
}
