/**
 * Keeps the store from growing for ever: whole reports for some days, hourly averages for longer.
 * Works in small steps with pauses, so that reports which arrive meanwhile hardly wait, and an hour at
 * a time, so that an hour's average is written once.
 */
import type { Store } from './store.ts';

export interface RetentionOptions {
  readonly store: Pick<Store, 'prune'>;
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly log: (line: string) => void;
  readonly keepReportsDays: number;
  readonly keepHourlyDays: number;
  readonly periodMs?: number;
  readonly pauseMs?: number;
}

export interface Retention {
  /** One whole pass; resolves with the number of reports that became part of an hour. */
  run(): Promise<number>;
  /** A pass now and then, until close. */
  start(): void;
  close(): Promise<void>;
}

const daySeconds = 86_400;
const hourSeconds = 3600;

export function createRetention(options: RetentionOptions): Retention {
  const { store, now, log, periodMs = 600_000, pauseMs = 20 } = options;
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  /** The hour at which the last whole pass began: in the same one, nothing more is old enough. */
  let doneAt: number | undefined;

  const run = async (): Promise<number> => {
    const hour = Math.floor(now() / hourSeconds) * hourSeconds;
    const limits = {
      receivedBefore: hour - options.keepReportsDays * daySeconds,
      hourlyBefore: hour - options.keepHourlyDays * daySeconds,
    };
    let folded = 0;
    for (let more = doneAt !== hour; more && !closing.signal.aborted; ) {
      const step = await store.prune(limits);
      folded += step.reportsFolded;
      more = step.more;
      if (more) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      else doneAt = hour;
    }
    return folded;
  };

  const runAndLog = async (): Promise<void> => {
    try {
      const folded = await run();
      if (folded > 0) log(`retention: ${folded} reports folded into hours`);
    } catch (error) {
      log(`retention: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!closing.signal.aborted) timer = setTimeout(begin, periodMs);
    timer?.unref();
  };

  const begin = (): void => {
    running = runAndLog();
  };

  return {
    run,
    start: begin,
    close: async () => {
      closing.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
