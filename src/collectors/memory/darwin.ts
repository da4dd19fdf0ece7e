/** Memory of macOS by host_statistics64, the call under vm_stat(1). */
import { readVmPages, type VmPages } from '../../host/darwin/vm-pages.ts';
import type { NativePart } from '../darwin-native.ts';

/** The readings are some tenths of a second apart, and a machine at work moves its pages. */
const toleratedShare = 0.1;

export const darwinMemory: NativePart<VmPages> = {
  part: 'memory',
  open: (calls) => {
    const host = calls.mach_host_self();
    return async () => readVmPages(calls, host);
  },
  disagreement: (native, portable) => {
    const read: Partial<Record<keyof VmPages, unknown>> = Object(native);
    if (read.totalBytes !== portable.totalBytes) {
      return `a total of ${String(read.totalBytes)} bytes instead of ${portable.totalBytes}`;
    }
    const tolerated = portable.totalBytes * toleratedShare;
    for (const key of ['free', 'speculative', 'active', 'inactive', 'wired'] as const) {
      const value = read[key];
      if (typeof value === 'number' && Math.abs(value - portable[key]) <= tolerated) continue;
      return `${key} memory of ${String(value)} bytes instead of ${portable[key]}`;
    }
    return undefined;
  },
};
