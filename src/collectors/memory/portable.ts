/**
 * Memory where the kernel is not asked in this process: by vm_stat(1) on macOS, elsewhere by
 * systeminformation.
 *
 * The library's own `used` is total - free, which counts the caches as used; what its `active`
 * means is psutil's `used` on the BSDs. On Windows psutil has used = total - available, and
 * free = available.
 */
import { totalmem } from 'node:os';
import type { Systeminformation } from 'systeminformation';
import { MonitorError } from '../../base/errors.ts';
import type { VmPages } from '../../host/darwin/vm-pages.ts';
import { createLibraryCall } from '../../host/portable/library-call.ts';
import { askSystem } from '../../host/portable/system-command.ts';
import { parseVmStat, type VmStat } from '../../host/portable/vm-stat.ts';
import type { RunCommand } from '../../host/run-command.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createCheckedRead, type Read } from '../darwin-native.ts';
import { percentOf } from '../percent.ts';
import { darwinMemory } from './darwin.ts';
import type { Memory } from './index.ts';

export interface PortableMemoryOptions {
  /** Tests hand in their own. */
  readonly runCommand?: RunCommand;
}

export function createPortableMemoryCollector(
  context: CollectorContext,
  { runCommand }: PortableMemoryOptions = {},
): Collector<Memory> {
  const { clock, platform, deadlineMs } = context;
  if (platform === 'darwin') {
    const readByProgram: Read<VmPages> = async (signal) => {
      const question = { program: 'vm_stat', args: [], deadlineMs, signal };
      const { stdout } = await askSystem(question, runCommand);
      return { ...parseVmStat(stdout), totalBytes: totalmem() };
    };
    const read =
      context.asksNatively === true
        ? createCheckedRead(darwinMemory, readByProgram, context)
        : readByProgram;
    return {
      async collect(signal) {
        const pages = await read(signal);
        return memoryOfVmStat(pages, pages.totalBytes);
      },
    };
  }
  const readMemory = createLibraryCall({
    name: 'mem',
    call: (library) => library.mem(),
    clock,
    deadlineMs,
  });
  return { collect: async () => memoryOfLibrary(await readMemory(), platform) };
}

/** psutil 5.9 on macOS: available is inactive and all of free, used is active and wired. */
export function memoryOfVmStat(pages: VmStat, total: number): Memory {
  return checkedMemory({
    total,
    available: Math.min(total, pages.inactive + pages.free + pages.speculative),
    used: pages.active + pages.wired,
    free: pages.free,
  });
}

export function memoryOfLibrary(
  memory: Pick<Systeminformation.MemData, 'total' | 'free' | 'available' | 'active'>,
  platform: NodeJS.Platform,
): Memory {
  const { total, free, active } = memory;
  const available = Math.min(memory.available, total);
  return platform === 'win32'
    ? checkedMemory({ total, available, used: total - available, free: available })
    : checkedMemory({ total, available, used: active, free });
}

/** Throws MALFORMED when the figures cannot be those of a machine. */
function checkedMemory(figures: Omit<Memory, 'percent_used'>): Memory {
  const { total, available, used, free } = figures;
  const percentUsed = percentOf(total - available, total);
  const areBytes = [total, available, used, free].every(
    (bytes) => Number.isSafeInteger(bytes) && bytes >= 0,
  );
  if (percentUsed === undefined || !areBytes) {
    throw new MonitorError({
      code: 'MALFORMED',
      operation: 'read memory',
      reason: `total ${total}, available ${available}, used ${used}, free ${free}`,
    });
  }
  return { total, available, percent_used: percentUsed, used, free };
}
