/** One mount that may never answer: what is known of it, and the child process that waits there. */
import { type Clock, waitAtMost } from '../../base/clock.ts';
import { createLastingLog } from '../../base/lasting-log.ts';
import type { Logger } from '../../base/logger.ts';
import type { MountAnswer, Probe, ProbeStarter } from './probe-child.ts';

export interface MountWatch {
  readonly mountPoint: string;
  /** Whether a child still waits for the answer to an earlier question. */
  isAsked(): boolean;
  /** Whether it missed a deadline and has not answered since. */
  isLate(): boolean;
  /** Undefined where no answer comes within `waitMs`, or none is waited for. Not while it is asked. */
  ask(path: string, waitMs: number): Promise<MountAnswer | undefined>;
  /** In place of asking, while it is asked. */
  leaveAlone(): void;
  /** Ends the child, if it can be ended. */
  end(): void;
}

export interface MountWatchOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly start: ProbeStarter['start'];
}

/**
 * A request can be lost for good although the mount works again (a FUSE server that was replaced).
 * A watchman this old is ended, if it can be ended at all, and another one is sent.
 */
const renewAfterMs = 600_000;

/** A slow mount answers after its sample went out; the next one may use an answer of this age. */
const lateAnswerKeptMs = 120_000;

export function createMountWatch(mountPoint: string, options: MountWatchOptions): MountWatch {
  const { clock, logger, start } = options;
  const fields = { mount_point: mountPoint };
  const lasting = createLastingLog({ clock });
  let probe: Probe | undefined;
  let startedMs = 0;
  let late = false;
  let lateAnswer: { readonly answer: MountAnswer; readonly atMs: number } | undefined;

  /** Takes its notes about the mount when the child ends, however late that is. */
  async function askOnce(path: string): Promise<MountAnswer | undefined> {
    probe = start(path);
    startedMs = clock.monotonicMs();
    const outcome = await probe.outcome;
    probe = undefined;
    // A child that was ended says nothing about the mount.
    if (outcome === 'ended') return undefined;
    if (late) lateAnswer = { answer: outcome, atMs: clock.monotonicMs() };
    if ('reason' in outcome) logger.debug('mount.error', { ...fields, reason: outcome.reason });
    lasting.ended(mountPoint, () => logger.info('mount.recovered', fields));
    late = false;
    return outcome;
  }

  function takeLateAnswer(): MountAnswer | undefined {
    const taken = lateAnswer;
    lateAnswer = undefined;
    if (taken === undefined) return undefined;
    return clock.monotonicMs() - taken.atMs <= lateAnswerKeptMs ? taken.answer : undefined;
  }

  return {
    mountPoint,
    isAsked: () => probe !== undefined,
    isLate: () => late,
    async ask(path, waitMs) {
      const answer = askOnce(path);
      // Nobody waits for the next watchman of a mount that is stuck.
      if (late) return undefined;
      const inTime = await waitAtMost(clock, waitMs, answer);
      if (inTime !== 'late') return inTime;
      late = true;
      return takeLateAnswer();
    },
    leaveAlone() {
      lasting.holds(mountPoint, 'it does not answer', () => logger.warn('mount.stuck', fields));
      if (clock.monotonicMs() - startedMs > renewAfterMs) probe?.end();
    },
    end: () => probe?.end(),
  };
}
