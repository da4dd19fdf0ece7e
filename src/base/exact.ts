/**
 * Whole numbers that may be larger than a double holds exactly: a number up to 2^53, a bigint above.
 * On the wire both are JSON numbers with all their digits (json.ts).
 */
export type Exact = number | bigint;

export function exactOf(value: bigint): Exact {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** What these digits say. Undefined for anything but digits, and for more of them than 64 bits have. */
export function parseExact(text: string | undefined): Exact | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** Of two whole numbers. */
export function exactProduct(one: number, other: number): Exact {
  const product = one * other;
  return Number.isSafeInteger(product) ? product : exactOf(BigInt(one) * BigInt(other));
}

export function exactDifference(one: Exact, other: Exact): Exact {
  return exactOf(BigInt(one) - BigInt(other));
}
