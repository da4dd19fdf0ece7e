import type { Clock } from '../../src/base/clock.ts';

/** The machine's own time, for tests that wait for real sockets. */
export const systemClock: Clock = {
  epochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      }
      signal?.addEventListener('abort', done);
    }),
};

export interface ManualClock extends Clock {
  /** Both clocks go on; sleepers whose time has come wake in order. */
  advance(ms: number): Promise<void>;
  /** The wall clock alone is set, as by a person or the network. */
  setEpochMs(epochMs: number): void;
  /** How long the present sleepers sleep, in the order in which they lay down. */
  sleeping(): readonly number[];
}

/** Time that goes on only when the test says so. */
export function createManualClock(epochMs = 1_800_000_000_000): ManualClock {
  let monotonicMs = 1000;
  let offsetMs = epochMs - monotonicMs;
  const sleepers = new Set<{ untilMs: number; wake: () => void }>();
  return {
    epochMs: () => monotonicMs + offsetMs,
    monotonicMs: () => monotonicMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const sleeper = { untilMs: monotonicMs + ms, wake };
        function wake(): void {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        }
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake);
      }),
    async advance(ms) {
      const untilMs = monotonicMs + ms;
      for (let turn = 0; turn < 100_000; turn += 1) {
        await settle();
        const due = [...sleepers]
          .filter((sleeper) => sleeper.untilMs <= untilMs)
          .sort((a, b) => a.untilMs - b.untilMs)[0];
        if (due === undefined) break;
        monotonicMs = Math.max(monotonicMs, due.untilMs);
        due.wake();
      }
      monotonicMs = untilMs;
      await settle();
    },
    setEpochMs: (value) => {
      offsetMs = value - monotonicMs;
    },
    sleeping: () => [...sleepers].map((sleeper) => sleeper.untilMs - monotonicMs),
  };
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
