/**
 * A question to a program that may never come back: a dead network disk stops df(1) in the kernel,
 * where on some systems no signal reaches it. Whoever asks waits a while and goes on; the program
 * stays behind, at most one of it, and is asked again when it has ended.
 */
import { type Clock, waitAtMost } from '../../base/clock.ts';
import type { CommandResult } from '../run-command.ts';

export interface StandingQuestion {
  /** `late`: no answer within `waitMs`, or none yet to an earlier question. Throws what asking throws. */
  ask(waitMs: number): Promise<CommandResult | 'late'>;
  /** Ends the program, if it can be ended. Idempotent. */
  close(): void;
}

export interface StandingQuestionOptions {
  readonly clock: Clock;
  /** Ends with its signal alone. */
  readonly start: (signal: AbortSignal) => Promise<CommandResult>;
}

export function createStandingQuestion(options: StandingQuestionOptions): StandingQuestion {
  const { clock, start } = options;
  const closing = new AbortController();
  let waiting = false;

  async function askOnce(): Promise<CommandResult> {
    waiting = true;
    try {
      return await start(closing.signal);
    } finally {
      waiting = false;
    }
  }

  return {
    async ask(waitMs) {
      if (waiting) return 'late';
      const answer = askOnce();
      try {
        return await waitAtMost(clock, waitMs, answer);
      } finally {
        answer.catch(() => {
          // Too late to be told, or told already.
        });
      }
    },
    close: () => closing.abort(),
  };
}
