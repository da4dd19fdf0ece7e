/**
 * Asks file systems that may never answer. statfs(2) on a dead mount waits in state D: it would hold
 * the event loop, or a thread of libuv's pool that nothing can end, and with it this process's exit.
 * So a small child process asks, and nobody has to wait for it.
 *
 *   ask ─▶ answered in time ─▶ figures
 *      └─▶ late ─▶ the child stays behind as the mount's watchman, and is all that ever waits there;
 *                  while it waits the mount is left alone; when it ends the mount is asked again
 */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Mount } from './mountinfo.ts';
import { createProbeStarter, type Probe } from './probe-child.ts';
import type { FileSystemBlocks } from './statfs.ts';

export interface MountProber {
  /**
   * The mount's figures. Undefined when it gives none within `waitMs`, when it was stuck before and
   * has not answered since, or when it answers with an error. Never throws, never waits longer.
   */
  ask(mount: Mount, waitMs: number): Promise<FileSystemBlocks | undefined>;
  /** Forgets the mounts that are no longer there, and ends their watchmen. */
  retain(mounts: readonly Mount[]): void;
  /** The mount points that are left alone for now, sorted. */
  stuck(): readonly string[];
  /** Ends every child that can be ended. Idempotent. */
  close(): void;
}

export interface MountProberOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * Programs that print the figures as `parseBlocks` reads them, given the mount point as last
   * argument; the first that can be started is used.
   */
  readonly commands: readonly (readonly string[])[];
}

/** With this many children waiting something is very wrong; no further mount is asked. */
const maxWaitingProbes = 64;

/**
 * A request can be lost for good although the mount works again (a FUSE server that was replaced).
 * A watchman this old is ended, if it can be ended at all, and another one is sent.
 */
const renewAfterMs = 600_000;

/** A slow mount answers after its sample went out; the next one may use an answer of this age. */
const lateAnswerKeptMs = 120_000;

interface Watch {
  readonly mountPoint: string;
  probe: Probe | undefined;
  startedMs: number;
  /** It missed a deadline and has not answered since. */
  late: boolean;
  /** The log has named it. */
  told: boolean;
  lateAnswer: { readonly blocks: FileSystemBlocks | undefined; readonly atMs: number } | undefined;
}

export function createMountProber({ clock, logger, commands }: MountProberOptions): MountProber {
  const watches = new Map<string, Watch>();
  const probes = createProbeStarter(commands, logger);

  function watchOf(mount: Mount): Watch {
    const key = keyOf(mount);
    const known = watches.get(key);
    if (known !== undefined) return known;
    const watch: Watch = {
      mountPoint: mount.mountPoint,
      probe: undefined,
      startedMs: 0,
      late: false,
      told: false,
      lateAnswer: undefined,
    };
    watches.set(key, watch);
    return watch;
  }

  /** Takes its notes about the mount when the child ends, however late that is. */
  async function askOnce(watch: Watch, path: string): Promise<FileSystemBlocks | undefined> {
    const probe = probes.start(path);
    watch.probe = probe;
    watch.startedMs = clock.monotonicMs();
    const outcome = await probe.outcome;
    watch.probe = undefined;
    // A child that was ended says nothing about the mount.
    if (outcome === 'ended') return undefined;
    if (watch.late) watch.lateAnswer = { blocks: outcome.blocks, atMs: clock.monotonicMs() };
    const fields = { mount_point: watch.mountPoint };
    if (outcome.blocks === undefined) logger.debug('mount.error', fields);
    if (watch.told) logger.info('mount.recovered', fields);
    watch.late = false;
    watch.told = false;
    return outcome.blocks;
  }

  function leaveAlone(watch: Watch): void {
    if (!watch.told) logger.warn('mount.stuck', { mount_point: watch.mountPoint });
    watch.told = true;
    if (clock.monotonicMs() - watch.startedMs > renewAfterMs) watch.probe?.end();
  }

  function takeLateAnswer(watch: Watch): FileSystemBlocks | undefined {
    const answer = watch.lateAnswer;
    watch.lateAnswer = undefined;
    if (answer === undefined) return undefined;
    return clock.monotonicMs() - answer.atMs <= lateAnswerKeptMs ? answer.blocks : undefined;
  }

  return {
    async ask(mount, waitMs) {
      const path = pathOf(mount);
      if (path === undefined) return undefined;
      const watch = watchOf(mount);
      if (watch.probe !== undefined) {
        leaveAlone(watch);
        return undefined;
      }
      if (probes.waiting() >= maxWaitingProbes) {
        logger.debug('mount.skipped', { mount_point: watch.mountPoint });
        return undefined;
      }
      const answer = askOnce(watch, path);
      // Nobody waits for the next watchman of a mount that is stuck.
      if (watch.late) return undefined;
      const inTime = await answeredWithin(answer, waitMs, clock);
      if (inTime !== 'late') return inTime.blocks;
      watch.late = true;
      return takeLateAnswer(watch);
    },
    retain(mounts) {
      const keys = new Set(mounts.map(keyOf));
      for (const [key, watch] of watches) {
        if (keys.has(key)) continue;
        watch.probe?.end();
        watches.delete(key);
      }
    },
    stuck() {
      const late = [...watches.values()].filter((watch) => watch.late);
      return late.map((watch) => watch.mountPoint).sort();
    },
    close() {
      for (const watch of watches.values()) watch.probe?.end();
      watches.clear();
    },
  };
}

async function answeredWithin(
  answer: Promise<FileSystemBlocks | undefined>,
  waitMs: number,
  clock: Clock,
): Promise<{ readonly blocks: FileSystemBlocks | undefined } | 'late'> {
  const done = new AbortController();
  const late = clock.sleep(waitMs, done.signal).then(() => 'late' as const);
  const inTime = await Promise.race([answer.then((blocks) => ({ blocks })), late]);
  done.abort();
  return inTime;
}

/** A mount that replaces another one at the same place is a different one. */
function keyOf(mount: Mount): string {
  return `${mount.id} ${mount.deviceNumber} ${mount.mountPointBytes}`;
}

/** Arguments of a program are passed as UTF-8; a path that is none cannot be. */
function pathOf(mount: Mount): string | undefined {
  const asBytes = Buffer.from(mount.mountPoint, 'utf8').toString('latin1');
  return asBytes === mount.mountPointBytes ? mount.mountPoint : undefined;
}
