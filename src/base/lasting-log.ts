/**
 * Log lines about what lasts. A trouble is said when it begins, when its reason changes, again at
 * intervals while it lasts, and when it has ended. What comes and goes all the time is held back
 * after some lines, and must not fill a disk.
 */
import type { Clock } from './clock.ts';

export interface LastingLog {
  /** It holds now. */
  holds(subject: string, reason: string, say: () => void): void;
  /** It does not, or not any more: `say` is called where it did and that was said. */
  ended(subject: string, say: () => void): void;
}

export interface LastingLogOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly repeatMs?: number;
}

const hourMs = 3_600_000;
/** Of one subject within `repeatMs`; the line that it has ended is not counted. */
const linesMax = 10;
/** So many subjects are remembered after they have ended, so that their lines stay counted. */
const endedMax = 1000;

interface Lasting {
  /** Undefined once it has ended. */
  reason: string | undefined;
  /** Monotonic milliseconds of the lines within `repeatMs`. */
  saidMs: number[];
}

export function createLastingLog({ clock, repeatMs = hourMs }: LastingLogOptions): LastingLog {
  const lasting = new Map<string, Lasting>();

  return {
    holds(subject, reason, say) {
      const known = lasting.get(subject) ?? { reason: undefined, saidMs: [] };
      lasting.set(subject, known);
      const nowMs = clock.monotonicMs();
      known.saidMs = known.saidMs.filter((atMs) => nowMs - atMs < repeatMs);
      if (known.reason === reason && known.saidMs.length > 0) return;
      // Held back, it is tried again at the next call.
      if (known.saidMs.length >= linesMax) return;
      known.saidMs.push(nowMs);
      known.reason = reason;
      say();
    },
    ended(subject, say) {
      const known = lasting.get(subject);
      if (known?.reason === undefined) return;
      known.reason = undefined;
      say();
      if (lasting.size > endedMax) {
        for (const [name, one] of lasting) if (one.reason === undefined) lasting.delete(name);
      }
    },
  };
}
