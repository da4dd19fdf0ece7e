/**
 * Interfaces that have an IPv4 address.
 *
 * Each system supplies, by interface name: the primary address and its mask in dotted form, and the
 * bytes sent and received since boot as the system counts them. An interface without counters of
 * its own has none. `network_include` and `network_exclude` are matched against the name.
 */
import type { Network as SentNetwork } from '../../wire/stats.ts';
import { emptyOrOk, type Same, type SentRow } from '../part.ts';

export type Network = SentNetwork;

export const network: SentRow<Network, SentNetwork> = {
  summary: 'interfaces, addresses, and traffic since boot',
  flags: { include: 'network_include', exclude: 'network_exclude', 'host-root': 'host_root' },
  collectors: {
    linux: async () => (await import('./linux.ts')).createLinuxNetworkCollector,
    win32: async () => (await import('./win32.ts')).createWin32NetworkCollector,
    portable: async () => (await import('./portable.ts')).createPortableNetworkCollector,
  },
  judge: emptyOrOk,
  details: async () => (await import('./details.ts')).networkDetails,
  toWire: (value: Same<Network, SentNetwork>) => value,
  whenFailed: {},
};
