/**
 * Keeps the store from growing for ever: whole reports for some days, hourly averages for longer.
 * Works in small steps with pauses, so that reports which arrive meanwhile hardly wait.
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

export function createRetention(options: RetentionOptions): Retention {
  const { store, now, log, periodMs = 600_000, pauseMs = 20 } = options;
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const run = async (): Promise<number> => {
    const limits = {
      receivedBefore: now() - options.keepReportsDays * daySeconds,
      hourlyBefore: now() - options.keepHourlyDays * daySeconds,
    };
    let folded = 0;
    while (!closing.signal.aborted) {
      const step = await store.prune(limits);
      folded += step.reportsFolded;
      if (!step.more) break;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
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
