/**
 * Names of users by ps(1). It asks the directory for each one, and a directory that is away takes its
 * time: an answer is never waited for long, and a failure is left alone for a while.
 */
import { type Clock, waitAtMost } from '../../base/clock.ts';
import { errorMessage } from '../../base/errors.ts';
import type { Remarks } from '../../base/remarks.ts';

export interface PsUsers {
  /** Asks where one of them is not known, or what is known is old. Never throws. */
  lookUp(userIds: Iterable<number>): Promise<void>;
  /** The number as text where there is no name. */
  nameOf(userId: number): string;
}

export interface PsUsersOptions {
  readonly clock: Clock;
  readonly remarks: Remarks;
  /** From each uid to its name. */
  readonly ask: () => Promise<ReadonlyMap<number, string>>;
}

/** As for Linux: a sample waits this long, then the number stands in the name's place. */
const waitMs = 500;
const namesKeptMs = 3_600_000;
/** For a new uid, and after a failure. */
const pauseMs = 60_000;

export function createPsUsers({ clock, remarks, ask }: PsUsersOptions): PsUsers {
  let names: ReadonlyMap<number, string> = new Map();
  let oldAtMs = Number.NEGATIVE_INFINITY;
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let asking = false;

  async function askOnce(): Promise<void> {
    asking = true;
    try {
      names = await ask();
      oldAtMs = clock.monotonicMs() + namesKeptMs;
      remarks.ended('users.lookup_failed', 'ps');
    } catch (error) {
      remarks.holds('users.lookup_failed', 'ps', errorMessage(error));
    } finally {
      quietUntilMs = clock.monotonicMs() + pauseMs;
      asking = false;
    }
  }

  return {
    async lookUp(userIds) {
      const nowMs = clock.monotonicMs();
      const isUnknown = [...userIds].some((userId) => !names.has(userId));
      if (asking || !(isUnknown || nowMs >= oldAtMs) || nowMs < quietUntilMs) return;
      await waitAtMost(clock, waitMs, askOnce());
    },
    nameOf: (userId) => names.get(userId) ?? String(userId),
  };
}
