/**
 * Which interface has which of the machine's own addresses, by the routes to the networks that they
 * are in. For interfaces without a carrier, and for a host that is seen through its /proc.
 */
import { formatIpv4, parseIpv4 } from '../../host/linux/ipv4.ts';
import type { Route } from '../../host/linux/route.ts';
import type { InterfaceAddress } from './addresses.ts';

export interface Attribution {
  readonly attributed: readonly InterfaceAddress[];
  /** No route, or routes of several interfaces, lead to their network. */
  readonly unattributed: readonly string[];
}

/**
 * An address belongs to the interface whose directly connected network is the narrowest that holds
 * it. Where two interfaces are in one network nothing is guessed.
 */
export function attributeAddresses(
  addresses: readonly string[],
  routes: readonly Route[],
): Attribution {
  const connected = routes.filter((route) => route.gateway === 0 && route.mask !== 0);
  const attributed: InterfaceAddress[] = [];
  const unattributed: string[] = [];
  for (const ip of addresses) {
    const number = parseIpv4(ip);
    if (number === undefined) continue;
    if (number >>> 24 === 127) {
      // The loopback network is in no table but `local`, and on no interface but this.
      attributed.push({ name: 'lo', ip, netmask: '255.0.0.0' });
      continue;
    }
    const route = narrowest(
      connected.filter((one) => (number & one.mask) >>> 0 === one.destination),
    );
    if (route === undefined) unattributed.push(ip);
    else attributed.push({ name: route.name, ip, netmask: formatIpv4(route.mask) });
  }
  return { attributed, unattributed };
}

/**
 * Clouds give a machine's only interface an address without a network (a /32). Where one address is
 * left over, and all routes are of one interface that has none yet, they belong together.
 */
export function soleLeftOver(
  { attributed, unattributed }: Attribution,
  routes: readonly Route[],
): InterfaceAddress | undefined {
  const [ip] = unattributed;
  const [name] = routes.map((route) => route.name);
  const isSole =
    unattributed.length === 1 &&
    routes.every((route) => route.name === name) &&
    attributed.every((address) => address.name !== name);
  if (!isSole || ip === undefined || name === undefined) return undefined;
  return { name, ip, netmask: '255.255.255.255' };
}

/** Undefined when there is none, or when several interfaces have it. */
function narrowest(routes: readonly Route[]): Route | undefined {
  let best: Route | undefined;
  for (const route of routes) if (best === undefined || route.mask > best.mask) best = route;
  const rivals = routes.filter((route) => route.mask === best?.mask && route.name !== best.name);
  return rivals.length === 0 ? best : undefined;
}
