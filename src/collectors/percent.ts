/**
 * A share as the report has it: 0 to 100 with one decimal. Undefined when there is nothing to be a
 * share of, because 0 % of nothing would be an invented figure.
 */
export function percentOf(part: number, whole: number): number | undefined {
  if (!(whole > 0) || !Number.isFinite(part)) return undefined;
  const percent = Math.min(100, Math.max(0, (part / whole) * 100));
  return Math.round(percent * 10) / 10;
}
