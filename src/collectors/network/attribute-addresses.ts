/**
 * Which interface has which of the machine's own addresses, by the kernel's tables alone: for a host
 * that is seen through its /proc, and where nobody else may be asked. No table says it outright, so
 * an address is attributed only where it can be no other interface's.
 */
import type { LocalAddresses } from '../../host/linux/fib-trie.ts';
import { formatIpv4, parseIpv4 } from '../../host/linux/ipv4.ts';
import type { Route } from '../../host/linux/route.ts';
import type { InterfaceAddress } from './addresses.ts';

export interface Attribution {
  readonly addresses: readonly InterfaceAddress[];
  /** Those that could be of several interfaces, or of one whose first address they may not be. */
  readonly unknown: readonly string[];
}

/**
 * A network proves the address of its interface where the kernel itself made its route, which the
 * broadcast address tells; where that route leads to one interface alone; and where one address
 * alone is in it, but for those of narrower networks. A route that somebody made by hand proves
 * nothing: an interface that is down, or the loopback one, may have an address inside it. Networks
 * of 31 and 32 bits, point-to-point links and addresses of VRFs leave no proof.
 */
export function attributeAddresses(local: LocalAddresses, routes: readonly Route[]): Attribution {
  const left = sorted(local);
  const found: InterfaceAddress[] = [];
  for (const { name, destination, mask } of provenNetworks(local, routes)) {
    const [first, second] = within(left, destination, lastOf(destination, mask));
    if (first === undefined || second !== undefined) continue;
    left.splice(first.at, 1);
    found.push({ name, ip: first.ip, netmask: formatIpv4(mask) });
  }
  const ofName = Map.groupBy(found, ({ name }) => name);
  const single = new Map(
    found.flatMap((one) => (ofName.get(one.name)?.length === 1 ? [[one.ip, one]] : [])),
  );
  const ips = [...local.counts.keys()];
  return {
    addresses: ips.flatMap((ip) => single.get(ip) ?? []),
    unknown: ips.filter((ip) => !single.has(ip)),
  };
}

interface Own {
  readonly ip: string;
  readonly number: number;
}

/** An address that two interfaces have stands there twice. */
function sorted({ counts }: LocalAddresses): Own[] {
  const all: Own[] = [];
  for (const [ip, count] of counts) {
    const number = parseIpv4(ip);
    if (number === undefined) continue;
    for (let copy = 0; copy < Math.min(count, 2); copy += 1) all.push({ ip, number });
  }
  return all.sort((a, b) => a.number - b.number);
}

type Network = Pick<Route, 'name' | 'destination' | 'mask'>;

/** The narrowest first. */
function provenNetworks(local: LocalAddresses, routes: readonly Route[]): Network[] {
  const networks = new Map<string, Network | 'shared'>();
  for (const { name, destination, gateway, mask } of routes) {
    if (gateway !== 0 || mask === 0) continue;
    const key = `${destination}/${mask}`;
    const known = networks.get(key);
    const isShared = known !== undefined && (known === 'shared' || known.name !== name);
    networks.set(key, isShared ? 'shared' : { name, destination, mask });
  }
  // The loopback network is in no table but `local`.
  if (local.hasLoopbackNetwork) networks.set('lo', { name: 'lo', ...loopbackNetwork });
  return [...networks.values()]
    .filter((network) => network !== 'shared')
    .filter(
      ({ destination, mask }) =>
        local.broadcasts.has(formatIpv4(lastOf(destination, mask))) && mask <= maskOf30Bits,
    )
    .sort((a, b) => b.mask - a.mask);
}

const loopbackNetwork = { destination: 0x7f00_0000, mask: 0xff00_0000 };
const maskOf30Bits = 0xffff_fffc;

function lastOf(destination: number, mask: number): number {
  return (destination | ~mask) >>> 0;
}

/** At most two of them, and where they stand: more make no difference. */
function within(
  all: readonly Own[],
  first: number,
  last: number,
): (Own & { readonly at: number })[] {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((all[middle]?.number ?? 0) < first) low = middle + 1;
    else high = middle;
  }
  return all
    .slice(low, low + 2)
    .filter(({ number }) => number <= last)
    .map((own, index) => ({ ...own, at: low + index }));
}
