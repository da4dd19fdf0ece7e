/** The IPv4 address by which each interface is known. */
import type { NetworkInterfaceInfo } from 'node:os';

export interface InterfaceAddress {
  readonly name: string;
  /** Dotted: `192.0.2.7`. */
  readonly ip: string;
  readonly netmask: string;
}

export type InterfaceList = Readonly<
  Record<
    string,
    readonly Pick<NetworkInterfaceInfo, 'address' | 'netmask' | 'family'>[] | undefined
  >
>;

/**
 * The first IPv4 address of each interface that has one. The kernel lists an interface's primary
 * address before its secondary ones (getifaddrs(3) keeps that order); an alias with a label of its
 * own (`eth0:1`) counts as an interface, as it does for psutil.
 */
export function primaryAddresses(interfaces: InterfaceList): InterfaceAddress[] {
  const addresses: InterfaceAddress[] = [];
  for (const [name, infos] of Object.entries(interfaces)) {
    const primary = infos?.find((info) => info.family === 'IPv4');
    if (primary !== undefined) {
      addresses.push({ name, ip: primary.address, netmask: primary.netmask });
    }
  }
  return addresses;
}
