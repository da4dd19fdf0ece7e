/**
 * `ip -4 -oneline address show` of iproute2 and busybox: one address a line, in the kernel's order.
 * (`-json` is unknown to busybox, and to iproute2 before 4.14.)
 *
 *   5: br9    inet 10.98.0.1/16 scope global br9\       valid_lft forever preferred_lft forever
 *   6: tun0    inet 10.8.0.1 peer 10.8.0.2/32 scope global tun0\ ...
 */
import { netmaskOf } from './ipv4.ts';

export const ipAddressArgs = ['-4', '-oneline', 'address', 'show'];

export interface LabelledAddress {
  /** The address's label: the interface's name, or an alias such as `eth0:1`. */
  readonly name: string;
  readonly device: string;
  readonly ip: string;
  readonly netmask: string;
}

const linePattern =
  /^\d+: +(\S+) +inet (\d+\.\d+\.\d+\.\d+)(?: peer \d+\.\d+\.\d+\.\d+)?\/(\d{1,2}) ([^\\]*)/;

/** Undefined for a line that tells no address. */
export function parseIpAddress(line: string): LabelledAddress | undefined {
  const [, device, ip, prefixBits, details] = linePattern.exec(line) ?? [];
  if (device === undefined || ip === undefined || details === undefined) return undefined;
  if (Number(prefixBits) > 32) return undefined;
  // The kernel gives every IPv4 address a label (inet_fill_ifaddr), and it stands last.
  const name = details.trimEnd().split(' ').at(-1) ?? '';
  return { name: name === '' ? device : name, device, ip, netmask: netmaskOf(Number(prefixBits)) };
}
