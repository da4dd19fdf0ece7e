/**
 * The disks of macOS and the BSDs.
 *
 *   mount ─▶ which are disks of this machine ─▶ df, all at once ─▶ figures
 *                                                └ late: one probe for each of them, until df ends
 *
 * df is asked by ourselves because systeminformation's `fsSize` blocks the event loop there, and
 * never returns with a dead mount. It says of an APFS volume what psutil says since 5.9.3, the space
 * that this volume uses (ATTR_VOL_SPACEUSED); statfs(2), which the probes ask, counts as used what
 * all volumes of the container use, as psutil does where it is refused that figure.
 */
import { exactOf } from '../../base/exact.ts';
import { createMountProber } from '../../host/linux/mount-prober.ts';
import type { Mount } from '../../host/linux/mountinfo.ts';
import {
  type DfFileSystem,
  dfArgs,
  type ListedMount,
  parseDf,
  parseMounts,
} from '../../host/portable/df.ts';
import { createStandingQuestion } from '../../host/portable/standing-question.ts';
import { askSystem } from '../../host/portable/system-command.ts';
import type { RunCommand } from '../../host/run-command.ts';
import type { CollectorContext } from '../collector.ts';
import type { Filter } from '../filter.ts';
import type { Disk } from './index.ts';
import { remarkStuck } from './remark-stuck.ts';
import { type Sizes, sizesAnswered } from './sizes.ts';

/**
 * df answers in some milliseconds; a busy machine must not be taken for one that hangs, because then
 * `used` means something else. One that hangs is waited for once, and not again before it ends.
 */
const dfWaitMs = 2000;
/** As for Linux: a report every second must still go out in its second. */
const probeWaitMs = 500;

export interface ListedDisk extends Disk {
  readonly device: string;
}

export interface DiskSource {
  list(keep: Filter, signal?: AbortSignal): Promise<ListedDisk[]>;
  close(): void;
}

/** `list` throws what `askSystem` throws. A disk that gives no figures is left out. */
export function createDfList(context: CollectorContext, runCommand?: RunCommand): DiskSource {
  const { clock, logger, remarks, deadlineMs, calls = {}, mountProbe } = context;
  const commands = mountProbe === undefined ? [] : [mountProbe];
  const prober = calls.mountProber ?? createMountProber({ clock, logger, commands });
  const df = createStandingQuestion({
    clock,
    start: (signal) =>
      askSystem({ program: 'df', args: dfArgs, deadlineMs: 'until aborted', signal }, runCommand),
  });

  async function probe(
    mounts: readonly ListedMount[],
    hidden: Map<string, string>,
  ): Promise<ListedDisk[]> {
    const asked = mounts.map(probedMount);
    prober.retain(asked);
    const answers = await Promise.all(asked.map((mount) => prober.ask(mount, probeWaitMs)));
    return mounts.flatMap((mount, index) => {
      const sizes = sizesAnswered(mount, answers[index]);
      if (sizes === undefined) return [];
      if ('reason' in sizes) hidden.set(mount.mountPoint, sizes.reason);
      return 'reason' in sizes ? [] : diskOf(mount, sizes);
    });
  }

  return {
    async list(keep, signal) {
      const question = { program: 'mount', args: [], deadlineMs, signal };
      const listed = parseMounts((await askSystem(question, runCommand)).stdout);
      const mounts = listed.filter((one) => isDisk(one) && keep(one.source, one.mountPoint));
      const answer = await df.ask(dfWaitMs);
      let disks: ListedDisk[];
      const hidden = new Map<string, string>();
      if (answer === 'late') {
        remarks.holds('collector.fallback', 'disks', lateReason(listed));
        disks = await probe(mounts, hidden);
      } else {
        remarks.ended('collector.fallback', 'disks');
        prober.retain([]);
        disks = disksOfDf(parseDf(answer.stdout), mounts);
      }
      remarkStuck(remarks, prober.stuck());
      remarks.only('disks.hidden', hidden);
      return disks;
    },
    close: () => {
      df.close();
      prober.close();
    },
  };
}

/** What a device of this machine backs, as psutil has it for macOS, and the data sets of zfs. */
function isDisk({ source, fileSystem, isLocal }: ListedMount): boolean {
  return isLocal && (source.startsWith('/dev/') || fileSystem === 'zfs');
}

/** Nothing tells which of them it is that df waits for. */
function lateReason(listed: readonly ListedMount[]): string {
  const remote = listed.filter((one) => !one.isLocal && one.source.includes('/'));
  const points = remote.map((one) => one.mountPoint).join(', ');
  const cause = points === '' ? '' : `, perhaps because a server is away (${points})`;
  return `df does not answer${cause}; the space used is that of all volumes in a container`;
}

/** The prober knows a mount by these three; the rest belongs to Linux. */
function probedMount({ source, mountPoint, fileSystem }: ListedMount, index: number): Mount {
  return {
    id: index,
    parentId: 0,
    deviceNumber: source,
    root: '/',
    mountPoint,
    mountPointBytes: Buffer.from(mountPoint).toString('latin1'),
    fileSystem,
    source,
  };
}

function disksOfDf(rows: readonly DfFileSystem[], mounts: readonly ListedMount[]): ListedDisk[] {
  const byPoint = new Map(rows.map((row) => [row.mountPoint, row]));
  return mounts.flatMap((mount) => {
    const row = byPoint.get(mount.mountPoint);
    return row === undefined || row.source !== mount.source ? [] : diskOf(mount, sizesOfRow(row));
  });
}

/** Kibibytes, of which a double holds all that 64 bits of bytes can be. */
function sizesOfRow({ totalBytes, usedBytes, freeBytes }: DfFileSystem): Sizes | undefined {
  const figures = [totalBytes, usedBytes, freeBytes];
  if (!figures.every((bytes) => Number.isInteger(bytes) && bytes >= 0)) return undefined;
  const [total = 0, used = 0, free = 0] = figures.map((bytes) => exactOf(BigInt(bytes)));
  return { total, used, free };
}

/** A figure that no disk has leaves its disk out. */
function diskOf({ source, fileSystem, mountPoint }: ListedMount, sizes?: Sizes): ListedDisk[] {
  if (sizes === undefined) return [];
  return [{ device: source, file_system: fileSystem, mount_point: mountPoint, ...sizes }];
}
