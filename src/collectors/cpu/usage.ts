/** The busy share of all CPUs between two readings of /proc/stat, with psutil 5.9's meaning. */
import { type CpuTimes, cpuTimeFields } from '../../host/linux/proc-stat.ts';
import { percentOf } from '../percent.ts';

/**
 * How much of the ticks between two readings may have been counted backwards. The kernel's iowait
 * goes back a little now and then, which psutil and top take as no change; when a CPU goes offline
 * or a virtual machine is restored, whole fields go back by hours and no share can be told.
 */
const backwardsShareMax = 0.01;

/** In a window of 150 ms on one CPU a single tick is seven hundredths already. */
const backwardsTicksMax = 2;

/**
 * Percent with one decimal. Idle and iowait are not busy; guest time is part of user and nice
 * already and counted once; stolen time is busy. Undefined when the readings cannot be compared. 0
 * where the kernel counts no time at all (gVisor), as psutil has it.
 */
export function busyPercentBetween(earlier: CpuTimes, later: CpuTimes): number | undefined {
  if (countsNothing(earlier) && countsNothing(later)) return 0;
  let backwards = 0;
  let total = 0;
  const forwards = { ...later };
  for (const field of cpuTimeFields) {
    const difference = later[field] - earlier[field];
    forwards[field] = Math.max(0, difference);
    backwards += Math.max(0, -difference);
    total += forwards[field];
  }
  total -= forwards.guest + forwards.guestNice;
  if (backwards > Math.max(backwardsTicksMax, total * backwardsShareMax)) return undefined;
  return percentOf(total - forwards.idle - forwards.iowait, total);
}

/** A machine that has run for a moment has some time in one of them. */
export function countsNothing(times: CpuTimes): boolean {
  return cpuTimeFields.every((field) => times[field] === 0);
}
