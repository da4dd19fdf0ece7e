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
    const [name = '', destination, gateway, , , , , mask] = line.trim().split(/\s+/);
    const numbers = [destination, gateway, mask].map(parseHexAddress);
    const [destinationNumber, gatewayNumber, maskNumber] = numbers;
    if (
      destinationNumber === undefined ||
      gatewayNumber === undefined ||
      maskNumber === undefined
    ) {
      continue;
    }
    routes.push({
      name,
      destination: destinationNumber,
      gateway: gatewayNumber,
      mask: maskNumber,
    });
  }
  return routes;
}

/** The kernel prints the address's four bytes as one number of the CPU: little-endian on x86, ARM. */
function parseHexAddress(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9A-Fa-f]{8}$/.test(text)) return undefined;
  return Buffer.from(text, 'hex').readUInt32LE();
}
