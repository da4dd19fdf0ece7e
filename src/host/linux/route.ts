/** /proc/net/route: the main IPv4 routing table (proc_net(5)). */

export interface Route {
  readonly name: string;
  /** Numbers of 32 bits, as parseIpv4 has them. */
  readonly destination: number;
  readonly gateway: number;
  readonly mask: number;
}

/** The heading and lines that are no routes are passed over. */
export function parseRoutes(text: string): Route[] {
  const routes: Route[] = [];
  for (const line of text.split('\n')) {
    const columns = line.trim().split(/\s+/);
    const name = columns[0] ?? '';
    const [destination, gateway, mask] = [columns[1], columns[2], columns[7]].map(parseHexAddress);
    if (destination === undefined || gateway === undefined || mask === undefined) continue;
    routes.push({ name, destination, gateway, mask });
  }
  return routes;
}

/** The kernel prints the address's four bytes as one number of the CPU: little-endian on x86, ARM. */
function parseHexAddress(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9A-Fa-f]{8}$/.test(text)) return undefined;
  return Buffer.from(text, 'hex').readUInt32LE();
}
