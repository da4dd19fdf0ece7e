/**
 * A log that says a thing once and then counts: a full disk met by a thousand agents is one line a
 * minute, and not a second full disk.
 */
export type Log = (line: string) => void;

export interface QuietLogOptions {
  readonly log: Log;
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly quietSeconds?: number;
}

/** Different lines remembered at a time; more are as good as different. */
const linesMax = 1000;

export function createQuietLog({ log, now, quietSeconds = 60 }: QuietLogOptions): Log {
  const said = new Map<string, { at: number; more: number }>();
  return (line) => {
    const before = said.get(line);
    if (before !== undefined && now() - before.at < quietSeconds) {
      before.more += 1;
      return;
    }
    if (said.size >= linesMax) said.clear();
    said.set(line, { at: now(), more: 0 });
    log(
      before === undefined || before.more === 0 ? line : `${line} (and ${before.more} more times)`,
    );
  };
}
