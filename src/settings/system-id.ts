/** System ids as the original makes them: `<Linux|Darwin|Windows>-<32 hex digits>`. */

const systemNames: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'Darwin',
  win32: 'Windows',
};

/** Sixteen random bytes: two machines with one id would be taken for one. */
export const systemIdBytes = 16;

/**
 * A new id for this kind of system. `randomBytes` gives that many bytes of a cryptographic source.
 * Systems that the contract has no name for (the BSDs) call themselves Linux.
 */
export function generateSystemId(
  platform: NodeJS.Platform,
  randomBytes: (size: number) => Uint8Array,
): string {
  const digits = Buffer.from(randomBytes(systemIdBytes)).toString('hex');
  return `${systemNames[platform] ?? 'Linux'}-${digits}`;
}
