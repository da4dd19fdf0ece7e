/** IPv4 addresses as numbers (0 to 2^32 - 1) and in dotted form. */

/** Undefined for text that is no dotted address. */
export function parseIpv4(text: string): number | undefined {
  const bytes = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (bytes === null) return undefined;
  let address = 0;
  for (const byte of bytes.slice(1)) {
    if (Number(byte) > 255) return undefined;
    address = address * 256 + Number(byte);
  }
  return address;
}

export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** The mask of a prefix of 0 to 32 bits, dotted. */
export function netmaskOf(prefixBits: number): string {
  return formatIpv4(prefixBits === 0 ? 0 : (-1 << (32 - prefixBits)) >>> 0);
}
