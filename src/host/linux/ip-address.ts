/**
 * `ip -4 -oneline address show` of iproute2 and busybox: one address a line. It is asked only about
 * interfaces that are down, whose addresses no file tells.
 *
 *   5: br9    inet 10.98.0.1/16 scope global br9\       valid_lft forever preferred_lft forever
 *   6: tun0    inet 10.8.0.1 peer 10.8.0.2/32 scope global tun0\ ...
 */
import { netmaskOf } from './ipv4.ts';

export interface LabelledAddress {
  /** The address's label: the interface's name, or an alias such as `eth0:1`. */
  readonly name: string;
  readonly ip: string;
  readonly netmask: string;
}

/** In the order of the output, which is the kernel's: primary addresses first. */
export function parseIpAddresses(text: string): LabelledAddress[] {
  const addresses: LabelledAddress[] = [];
  for (const line of text.split('\n')) {
    const match =
      /^\d+:\s+(\S+)\s+inet (\d+\.\d+\.\d+\.\d+)(?: peer \d+\.\d+\.\d+\.\d+)?\/(\d{1,2})\s([^\\]*)/.exec(
        line,
      );
    if (match === null || Number(match[3]) > 32) continue;
    const [, device = '', ip = '', prefixBits, details = ''] = match;
    const label = details.trim().split(' ').at(-1) ?? '';
    const name = label === device || label.startsWith(`${device}:`) ? label : device;
    addresses.push({ name, ip, netmask: netmaskOf(Number(prefixBits)) });
  }
  return addresses;
}
