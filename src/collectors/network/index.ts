/**
 * Interfaces that have an IPv4 address.
 *
 * Each system supplies, by interface name: the primary address and its mask in dotted form, and the
 * bytes sent and received since boot as the system counts them. An interface without counters of
 * its own has none. `network_include` and `network_exclude` are matched against the name.
 */
import type { Network } from '../../wire/stats.ts';
import type { CollectorTable } from '../collector.ts';

export const networkCollectors: CollectorTable<Network> = {
  linux: async () => (await import('./linux.ts')).createLinuxNetworkCollector,
  win32: async () => (await import('./win32.ts')).createWin32NetworkCollector,
  portable: async () => (await import('./portable.ts')).createPortableNetworkCollector,
};
