/**
 * The CPU of the container that this runs in: `count` CPUs that it may use, rounded up, and how
 * much of that it uses itself. What others on the host do is not in the figure.
 */

import type { Clock } from '../../base/clock.ts';
import { MonitorError } from '../../base/errors.ts';
import { type Cgroup, type CgroupController, findCgroup } from '../../host/linux/cgroup.ts';
import {
  readCgroupCpuQuota,
  readCgroupCpuSet,
  readCgroupCpuUs,
} from '../../host/linux/cgroup-cpu.ts';
import type { SystemRoots } from '../collector.ts';
import { percentOf } from '../percent.ts';
import { createUsageWindow } from './usage-window.ts';

interface ContainerReading {
  readonly usedUs: number;
  readonly atMs: number;
  /** CPUs' worth of time, perhaps a fraction. */
  readonly allowedCpus: number;
}

export interface ContainerCpu {
  measure(signal?: AbortSignal): Promise<{ readonly count: number; readonly percentUsed: number }>;
}

/** `hostCpus` tells how many CPUs are online, for a container that nothing bounds. */
export function createContainerCpu(options: {
  readonly roots: SystemRoots;
  readonly clock: Clock;
  readonly hostCpus: () => number;
}): ContainerCpu {
  const { roots, clock, hostCpus } = options;

  function read(): ContainerReading {
    const usedUs = readCgroupCpuUs(findCgroup('cpuacct', roots));
    if (usedUs === undefined) {
      throw new MonitorError({
        code: 'NOT_AVAILABLE',
        operation: "read the container's CPU time",
        reason: 'its cgroup does not provide it',
        hint: 'Set the setting scope to host.',
      });
    }
    const quota = optionalCgroup('cpu', roots, readCgroupCpuQuota);
    const allowed = optionalCgroup('cpuset', roots, readCgroupCpuSet);
    const allowedCpus = Math.min(
      hostCpus(),
      quota ?? Number.POSITIVE_INFINITY,
      allowed ?? Number.POSITIVE_INFINITY,
    );
    return { usedUs, atMs: clock.monotonicMs(), allowedCpus };
  }

  const usage = createUsageWindow({ clock, read, percentBetween: containerPercentBetween });
  return {
    async measure(signal) {
      const { percent, reading } = await usage.measure(signal);
      return { count: Math.max(1, Math.ceil(reading.allowedCpus)), percentUsed: percent };
    },
  };
}

/** Undefined when the counter went back or no time passed. A burst above the quota is 100 %. */
export function containerPercentBetween(
  earlier: ContainerReading,
  later: ContainerReading,
): number | undefined {
  const usedUs = later.usedUs - earlier.usedUs;
  if (usedUs < 0) return undefined;
  return percentOf(usedUs, (later.atMs - earlier.atMs) * 1000 * later.allowedCpus);
}

/** A hierarchy that is not mounted sets no limit. */
function optionalCgroup(
  controller: CgroupController,
  roots: SystemRoots,
  readValue: (cgroup: Cgroup) => number | undefined,
): number | undefined {
  try {
    return readValue(findCgroup(controller, roots));
  } catch (error) {
    if (error instanceof MonitorError && error.code === 'NOT_AVAILABLE') return undefined;
    throw error;
  }
}
