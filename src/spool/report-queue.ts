/** The waiting reports in order of age, in memory: an index over the folder, never its replacement. */
import type { SpoolEntry } from './spool.ts';

export interface ReportQueue {
  readonly size: number;
  /** Together. */
  readonly bytes: number;
  /** Replaces an entry of the same key. */
  add(entry: SpoolEntry): void;
  /** True where the key was there. */
  remove(key: string): boolean;
  has(key: string): boolean;
  get(key: string): SpoolEntry | undefined;
  oldest(): SpoolEntry | undefined;
  newest(): SpoolEntry | undefined;
  find(accepts: (entry: SpoolEntry) => boolean): SpoolEntry | undefined;
  snapshot(): readonly SpoolEntry[];
  replaceAll(entries: Iterable<SpoolEntry>): void;
}

/**
 * Sorted by key, which begins with the padded epoch. Nearly every report is added at the end and
 * taken from an end, so an array with a binary search is quick even at a hundred thousand.
 */
export function createReportQueue(): ReportQueue {
  let entries: SpoolEntry[] = [];
  let bytes = 0;

  /** Where `key` is, or where it belongs. */
  function position(key: string): number {
    let low = 0;
    let high = entries.length;
    const last = entries.at(-1);
    if (last === undefined || last.key < key) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle]?.key ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function get(key: string): SpoolEntry | undefined {
    const found = entries[position(key)];
    return found?.key === key ? found : undefined;
  }

  return {
    get size() {
      return entries.length;
    },
    get bytes() {
      return bytes;
    },
    add(entry) {
      const at = position(entry.key);
      const present = entries[at];
      const replaces = present !== undefined && present.key === entry.key;
      if (replaces) bytes -= present.sizeBytes;
      entries.splice(at, replaces ? 1 : 0, entry);
      bytes += entry.sizeBytes;
    },
    remove(key) {
      const at = position(key);
      const present = entries[at];
      if (present === undefined || present.key !== key) return false;
      if (at === 0) entries.shift();
      else entries.splice(at, 1);
      bytes -= present.sizeBytes;
      return true;
    },
    has: (key) => get(key) !== undefined,
    get,
    oldest: () => entries[0],
    newest: () => entries.at(-1),
    find: (accepts) => entries.find(accepts),
    snapshot: () => [...entries],
    replaceAll(all) {
      entries = [...all].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
      bytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
    },
  };
}
