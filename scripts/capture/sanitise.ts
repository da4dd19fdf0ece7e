/**
 * Takes out of captured files what names a person, a machine or a network, and leaves what makes
 * the case: shapes, sizes, order, and which address lies in which network.
 */
import { createHmac } from 'node:crypto';

export interface Sanitiser {
  /** Prefix-preserving: addresses of one network stay in one network. */
  ipv4(address: string): string;
  ipv6(address: string): string;
  /** Every IPv4 address within a text. */
  text(text: string): string;
  /** The hexadecimal form of /proc/net/route. */
  hexIpv4(hex: string): string;
  /** `user1`, `user2` … for each name in turn; the system's own names (uid below 1000) stay. */
  userName(name: string, uid: number): string;
  /** What people call their groups of processes; systemd's and container engines' own names stay. */
  cgroupPath(path: string): string;
  /** Home folders, servers, container ids and UUIDs within a path. */
  path(path: string): string;
}

/** Loopback, private, link-local and documentation networks (RFC 6890) name nobody. */
const harmless =
  /^(?:0\.|10\.|127\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|255\.)/;

/** Nothing, systemd's units that every machine has, and container engines' folders and ids. */
const ownGroupName =
  /^(?:|\.\.|(?:system|user|machine|init)\.(?:slice|scope)|docker|lxc|kubepods[a-z0-9.-]*|id\d+)$/;

export function createSanitiser(key: Uint8Array): Sanitiser {
  const users = new Map<string, string>();
  const ipv6Addresses = new Map<string, string>();
  const ids = new Map<string, string>();
  const groups = new Map<string, string>();

  function ipv4(address: string): string {
    if (harmless.test(address)) return address;
    const bits = address
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('');
    // Each bit is turned by what stands before it alone, as Crypto-PAn does.
    const turned = [...bits]
      .map((bit, index) => Number(bit) ^ keyedBit(key, bits.slice(0, index)))
      .join('');
    return [0, 8, 16, 24].map((at) => Number.parseInt(turned.slice(at, at + 8), 2)).join('.');
  }

  function numbered(names: Map<string, string>, name: string, prefix: string): string {
    const known = names.get(name) ?? `${prefix}${names.size + 1}`;
    names.set(name, known);
    return known;
  }

  return {
    ipv4,
    ipv6(address) {
      if (address === '::1') return address;
      const prefix = address.startsWith('fe80:') ? 'fe80::' : '2001:db8::';
      return numbered(ipv6Addresses, address, prefix);
    },
    text: (text) => text.replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, ipv4),
    hexIpv4(hex) {
      const dotted = [...Buffer.from(hex, 'hex')].reverse().join('.');
      const bytes = ipv4(dotted).split('.').map(Number).reverse();
      return Buffer.from(bytes).toString('hex').toUpperCase();
    },
    cgroupPath: (path) =>
      path
        .split('/')
        .map((name) => (ownGroupName.test(name) ? name : numbered(groups, name, 'group')))
        .join('/'),
    userName: (name, uid) => (uid < 1000 || uid === 65534 ? name : numbered(users, name, 'user')),
    path: (path) =>
      path
        .replace(
          /(\/home\/|\/Users\/|\/media\/)([^/\s\\]+)/g,
          (_, folder: string, name: string) => folder + numbered(users, name, 'user'),
        )
        .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{12,}/gi, (id) =>
          numbered(ids, id, 'id'),
        )
        .replace(/(^|[\s/@])[A-Za-z0-9_.-]+(:\/)/g, '$1server$2'),
  };
}

function keyedBit(key: Uint8Array, prefix: string): number {
  return (createHmac('sha256', key).update(prefix).digest()[0] ?? 0) & 1;
}
