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
import { createMountWatch, type MountWatch } from './mount-watch.ts';
import type { Mount } from './mountinfo.ts';
import { createProbeStarter, type MountAnswer } from './probe-child.ts';

export interface MountProber {
  /**
   * The mount's figures, or why it gives none. Undefined when it does not answer within `waitMs`, and
   * when it was stuck before and has not answered since. Never throws, never waits longer.
   */
  ask(mount: Mount, waitMs: number): Promise<MountAnswer | undefined>;
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

export function createMountProber({ clock, logger, commands }: MountProberOptions): MountProber {
  const watches = new Map<string, MountWatch>();
  const probes = createProbeStarter(commands, logger);

  function watchOf(mount: Mount): MountWatch {
    const key = keyOf(mount);
    const known = watches.get(key);
    if (known !== undefined) return known;
    const watch = createMountWatch(mount.mountPoint, { clock, logger, start: probes.start });
    watches.set(key, watch);
    return watch;
  }

  return {
    async ask(mount, waitMs) {
      const path = pathOf(mount);
      if (path === undefined)
        return { reason: 'its path is no UTF-8, and no program can be given it' };
      const watch = watchOf(mount);
      if (watch.isAsked()) {
        watch.leaveAlone();
        return undefined;
      }
      if (probes.waiting() < maxWaitingProbes) return watch.ask(path, waitMs);
      logger.debug('mount.skipped', { mount_point: mount.mountPoint });
      return { reason: `${maxWaitingProbes} other mounts have not answered yet` };
    },
    retain(mounts) {
      const keys = new Set(mounts.map(keyOf));
      for (const [key, watch] of watches) {
        if (keys.has(key)) continue;
        watch.end();
        watches.delete(key);
      }
    },
    stuck() {
      const late = [...watches.values()].filter((watch) => watch.isLate());
      return late.map((watch) => watch.mountPoint).sort();
    },
    close() {
      for (const watch of watches.values()) watch.end();
      watches.clear();
    },
  };
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
