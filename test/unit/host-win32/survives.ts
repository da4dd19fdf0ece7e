import fc from 'fast-check';
import { MonitorError } from '../../../src/base/errors.ts';
import type { Captured } from './captured.ts';

type Parse<Value> = (bytes: Uint8Array, address: bigint) => Value;

/** Calls `check` with what `parse` makes of the bytes; a MonitorError is a fair answer too. */
function attempt<Value>(
  parse: Parse<Value>,
  bytes: Uint8Array,
  address: bigint,
  check: (value: Value) => void,
): void {
  let value: Value;
  try {
    value = parse(bytes, address);
  } catch (error) {
    if (error instanceof MonitorError && error.code === 'MALFORMED') return;
    throw error;
  }
  check(value);
}

/**
 * Feeds a parser every truncation of a captured structure, thousands of damaged ones, and bytes of
 * no meaning at all. It must answer with a MonitorError or with a value that `check` accepts.
 */
export function survivesAnything<Value>(
  parse: Parse<Value>,
  { bytes, address }: Captured,
  check: (value: Value) => void,
): void {
  const step = Math.max(1, Math.floor(bytes.length / 1000));
  for (let length = 0; length < bytes.length; length += step) {
    attempt(parse, bytes.subarray(0, length), address, check);
  }

  const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
    minLength: 1,
    maxLength: 24,
  });
  fc.assert(
    fc.property(damage, (places) => {
      const damaged = Buffer.from(bytes);
      for (const [at, value] of places) damaged[at] = value;
      attempt(parse, damaged, address, check);
    }),
    { numRuns: 1000 },
  );

  const pointers = fc.array(fc.nat(bytes.length), { maxLength: 64 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), pointers, (noise, targets) => {
      const memory = Buffer.from(noise);
      // Pointers that stay inside lead a parser deeper than noise alone does.
      for (const [index, target] of targets.entries()) {
        const at = (index * 40) % Math.max(memory.length, 1);
        if (at + 8 <= memory.length) memory.writeBigUInt64LE(address + BigInt(target), at);
      }
      attempt(parse, memory, address, check);
    }),
    { numRuns: 1000 },
  );
}
