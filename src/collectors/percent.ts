/**
 * A share as the report has it: 0 to 100 with one decimal. Undefined when there is nothing to be a
 * share of, because 0 % of nothing would be an invented figure.
 */
export function percentOf(part: number, whole: number): number | undefined {
  if (!(whole > 0) || !Number.isFinite(whole) || !Number.isFinite(part)) return undefined;
  return roundToTenth(Math.min(100, Math.max(0, (part / whole) * 100)));
}

/**
 * Rounds as Python's round(x, 1) does, so that psutil's figures and ours are the same to the digit:
 * the exact value decides, and one that lies just between goes to the even tenth. Of the values
 * that a double holds exactly only odd quarters (1.25, 3.75) lie between.
 */
export function roundToTenth(value: number): number {
  const isBetween = Math.abs((value * 4) % 2) === 1;
  if (!isBetween) return Number(value.toFixed(1));
  const below = Math.floor(value * 10);
  return (below % 2 === 0 ? below : below + 1) / 10;
}
