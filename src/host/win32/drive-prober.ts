/**
 * Asks drives that may never answer: a disk that fails, a USB stick, a volume behind iSCSI. A call to
 * such a drive returns when it does, and nothing ends it before; so a helper process makes it, and
 * nobody has to wait for that.
 *
 *   ask ─▶ answered in time ─▶ figures
 *      └─▶ late ─▶ the helper stays behind as the drive's watchman, and is all that ever waits there;
 *                  the others are asked by a new one; when it has answered, the drive is asked again
 */
import { type Clock, waitAtMost } from '../../base/clock.ts';
import { createLastingLog } from '../../base/lasting-log.ts';
import type { Logger } from '../../base/logger.ts';
import type { DriveAnswer, DriveHelper } from './drive-helper.ts';
import type { Volume } from './volumes.ts';

/** What the drives of a sample have said, by root. */
export interface DriveSample {
  readonly volumes: ReadonlyMap<string, Volume>;
  /** Those for which there was no time: the others took it, or the helper was too long in starting. */
  readonly notAsked: readonly string[];
}

export interface DriveProber {
  /** Within the time of a sample. Never throws. */
  read(roots: readonly string[]): Promise<DriveSample>;
  /** The roots that are left alone for now. */
  stuck(): readonly string[];
  /** Ends every helper that can be ended. Idempotent. */
  close(): void;
}

export interface DriveProberOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly start: () => DriveHelper;
  /** In this process: where no helper can be started. */
  readonly readHere: (root: string) => Volume | undefined;
}

/** For all drives together: below the deadline of a part. */
const sampleMs = 4000;
/** A program of this size, which a virus scanner may look at first, takes its time to start. */
const startMs = 3000;
/** A drive that works answers in milliseconds, a busy one in tenths of a second. */
const waitMs = 500;
/** Samples that are closer to each other than this share a helper; for others none is kept. */
const idleMs = 10_000;
/** A request can be lost for good although the drive works again. */
const renewAfterMs = 600_000;
/** A slow drive answers after its sample went out; the next one may use an answer of this age. */
const lateAnswerKeptMs = 120_000;

export function createDriveProber(options: DriveProberOptions): DriveProber {
  const { clock } = options;
  const watchmen = createWatchmen(options);
  const ready = createReadyHelper(options);

  /** The drive's figures, where they can be had before `endMs`. */
  async function ask(root: string, endMs: number): Promise<Volume | undefined | 'not asked'> {
    const helper = await ready.get(endMs);
    if (helper === 'none') return options.readHere(root);
    const leftMs = endMs - clock.monotonicMs();
    if (helper === 'late' || leftMs <= 0) return 'not asked';
    const answering = helper.ask(root);
    const answer = await waitAtMost(clock, Math.min(waitMs, leftMs), answering);
    if (answer === 'late' || answer === 'ended') ready.giveAway();
    if (answer === 'late') watchmen.post(root, helper, answering);
    return answer === 'late' || answer === 'ended' ? undefined : answer.volume;
  }

  return {
    async read(roots) {
      watchmen.keepOnly(roots);
      const endMs = clock.monotonicMs() + sampleMs;
      const volumes = new Map<string, Volume>();
      const notAsked: string[] = [];
      for (const root of roots) {
        const told = watchmen.told(root);
        const answer = told === 'nothing' ? await ask(root, endMs) : told.volume;
        if (answer === 'not asked') notAsked.push(root);
        else if (answer !== undefined) volumes.set(root, answer);
      }
      ready.rest();
      return { volumes, notAsked };
    },
    stuck: () => watchmen.waiting(),
    close: () => {
      ready.close();
      watchmen.keepOnly([]);
    },
  };
}

/** The helpers that were left behind, each with the drive that it waits for. */
interface Watchmen {
  post(root: string, helper: DriveHelper, answering: Promise<DriveAnswer>): void;
  /** `nothing` where the drive is to be asked; no volume while its watchman waits. */
  told(root: string): { readonly volume: Volume | undefined } | 'nothing';
  /** Forgets the other drives, and ends their watchmen. */
  keepOnly(roots: readonly string[]): void;
  waiting(): readonly string[];
}

interface Watch {
  readonly helper: DriveHelper;
  readonly sinceMs: number;
  late?: { readonly answer: DriveAnswer; readonly atMs: number };
}

function createWatchmen({ clock, logger }: DriveProberOptions): Watchmen {
  const lasting = createLastingLog({ clock });
  const watches = new Map<string, Watch>();

  return {
    post(root, helper, answering) {
      const watch: Watch = { helper, sinceMs: clock.monotonicMs() };
      watches.set(root, watch);
      void answering.then((answer) => {
        watch.late = { answer, atMs: clock.monotonicMs() };
        helper.end();
      });
    },
    told(root) {
      const watch = watches.get(root);
      if (watch === undefined) return 'nothing';
      const nowMs = clock.monotonicMs();
      const fields = { mount_point: root };
      if (watch.late === undefined) {
        lasting.holds(root, 'it does not answer', () => logger.warn('mount.stuck', fields));
        if (nowMs - watch.sinceMs > renewAfterMs) watch.helper.end('now');
        return { volume: undefined };
      }
      watches.delete(root);
      const { answer, atMs } = watch.late;
      // A helper that was ended says nothing about the drive.
      if (answer === 'ended') return 'nothing';
      lasting.ended(root, () => logger.info('mount.recovered', fields));
      return nowMs - atMs <= lateAnswerKeptMs ? answer : 'nothing';
    },
    keepOnly(roots) {
      for (const [root, { helper }] of watches) {
        if (roots.includes(root)) continue;
        helper.end('now');
        watches.delete(root);
      }
    },
    waiting: () => [...watches].filter(([, { late }]) => late === undefined).map(([root]) => root),
  };
}

/** The helper that has nothing to wait for: started when it is needed, kept while it is. */
interface ReadyHelper {
  /** `none` where it cannot be started, `late` where it is not ready before `endMs`. */
  get(endMs: number): Promise<DriveHelper | 'none' | 'late'>;
  /** It waits for a drive now, or has ended: the next one is a new one. */
  giveAway(): void;
  /** Nobody asks for now. */
  rest(): void;
  close(): void;
}

function createReadyHelper({ clock, logger, start }: DriveProberOptions): ReadyHelper {
  let helper: DriveHelper | undefined;
  let resting = new AbortController();

  async function get(endMs: number): Promise<DriveHelper | 'none' | 'late'> {
    resting.abort();
    const leftMs = Math.min(startMs, endMs - clock.monotonicMs());
    try {
      helper ??= start();
      const current = helper;
      const started = current.ready.then(() => 'started' as const);
      if ((await waitAtMost(clock, leftMs, started)) === 'started') return current;
      current.end('now');
      helper = undefined;
      return 'late';
    } catch (error) {
      helper = undefined;
      logger.debug('mount.probe_failed', { reason: String(error) });
      return 'none';
    }
  }

  return {
    get,
    giveAway: () => {
      helper = undefined;
    },
    rest: () => {
      resting.abort();
      const rest = new AbortController();
      resting = rest;
      if (helper === undefined) return;
      void clock.sleep(idleMs, rest.signal).then(() => {
        if (rest.signal.aborted) return;
        helper?.end();
        helper = undefined;
      });
    },
    close: () => {
      resting.abort();
      helper?.end();
      helper = undefined;
    },
  };
}
