import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Memory as Windows left it, by scripts/capture-windows.ts, and where it lay then. */
export interface Captured {
  readonly bytes: Buffer;
  readonly address: bigint;
}

/**
 * The structures of Wine 10 on a machine of 2 CPUs and 24 GB with nine Windows processes and the
 * adapters ifb0, ifb1, eth0 and lo. No real Windows has been captured yet.
 */
export function captured(structure: string): Captured {
  const path = join(import.meta.dirname, 'captured', 'wine-10.json');
  const all: Record<string, { address: string; base64: string } | undefined> = JSON.parse(
    readFileSync(path, 'utf8'),
  );
  const one = all[structure];
  if (one === undefined) throw new Error(`${path} has no ${structure}`);
  return { bytes: Buffer.from(one.base64, 'base64'), address: BigInt(one.address) };
}
