/** From what was collected to what is sent. */
import type { Stats } from '../wire/stats.ts';
import { type PartValues, type SentPart, sentParts, sentRows } from './index.ts';

/** Undefined where a part is missing without which the contract has no report. */
export function toStats(values: Partial<PartValues>): Stats | undefined {
  const stats: Partial<Stats> = {};
  for (const part of sentParts) project(part, values, stats);
  return isWhole(stats) ? stats : undefined;
}

function project<Part extends SentPart>(
  part: Part,
  values: Partial<PartValues>,
  stats: Partial<Stats>,
): void {
  const { toWire, whenFailed } = sentRows[part];
  const value: PartValues[Part] | undefined = values[part];
  if (value !== undefined) stats[part] = toWire(value);
  else if (whenFailed !== 'no report') stats[part] = whenFailed;
}

function isWhole(stats: Partial<Stats>): stats is Stats {
  return sentParts.every((part) => stats[part] !== undefined);
}
