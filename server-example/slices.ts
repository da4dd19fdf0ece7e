/**
 * Long work in slices: everything that the receiver does is done by one thread, so whoever asks for
 * much must give way now and then to those who ask for little.
 */
import { sliceMs } from './limits.ts';

export interface Slices {
  /** Resolves at once while the slice lasts, and otherwise after everybody else has had a turn. */
  pause(): Promise<void> | undefined;
}

export function createSlices(): Slices {
  let startedMs = performance.now();
  return {
    pause: () => {
      if (performance.now() - startedMs < sliceMs) return undefined;
      return new Promise((resolve) => {
        setImmediate(() => {
          startedMs = performance.now();
          resolve();
        });
      });
    },
  };
}

/** Runs so many at a time; the others wait in the order in which they came. */
export function atATime(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody who comes now gets in before who waits.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
