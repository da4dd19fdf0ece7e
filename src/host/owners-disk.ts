/**
 * The disk as root has it: what lies in somebody else's folder is read, written and deleted with that
 * user's rights. A link that the user planted leads root nowhere that the user could not go, and what
 * root makes there is the user's. Loaded by root alone.
 */
import { dirname, join, relative, resolve } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { systemErrorCode } from '../base/errors.ts';
import { firstOfOthers, isRootsAlone, type WayStep, wayTo } from '../base/way.ts';

/** The calls by which root has another user's rights for a while. Windows has most of them not. */
export type Identity = Pick<
  NodeJS.Process,
  'chdir' | 'cwd' | 'getegid' | 'getgroups' | 'setegid' | 'seteuid' | 'setgroups'
>;

/** In place of root's own group: a folder of the user's may have been left to that. */
const nobodysGroup = 65_534;

/** Runs `work` with the rights for `path`, and with the name by which these reach it. */
type Act = <Value>(path: string, work: (reachable: string) => Value) => Value;

export function createOwnersDisk(disk: Disk, identity: Identity): Disk {
  const find = createFinder(disk);
  const act: Act = (given, work) => {
    // The current folder is another one below.
    const path = resolve(given);
    const other = find(path);
    if (other === undefined) return work(path);
    // Without the right to change users (a container without capabilities), or where anybody may
    // write: nothing leads elsewhere.
    const otherwise = (): void => refuseLinks(disk, path);
    if (other.kind !== 'folder') return withRights(identity, other, () => work(path), otherwise);
    return fromFolder(identity, other.path, () =>
      withRights(identity, other, () => work(other.rest || '.'), otherwise),
    );
  };
  const guarded = guard(disk, act);
  return {
    ...guarded,
    unlinkSoon(path, done) {
      const its = find(path) === undefined ? disk : guarded;
      its.unlinkSoon(path, done);
    },
    withRightsOf(paths) {
      const others = paths.map((path) => othersOnWay(disk, path));
      const other = others.find((one) => one !== undefined && one.userId !== 0);
      if (other === undefined) return this;
      const theirs: Disk = { ...disk, userId: other.userId };
      return guard(theirs, (path, work) =>
        withRights(
          identity,
          other,
          () => work(path),
          () => refuseHidden(disk, path, other),
        ),
      );
    },
  };
}

function guard(disk: Disk, act: Act): Disk {
  const at =
    <Rest extends readonly unknown[], Value>(call: (path: string, ...rest: Rest) => Value) =>
    (path: string, ...rest: Rest): Value =>
      act(path, (reachable) => call(reachable, ...rest));
  const unlink = at(disk.unlink);
  return {
    ...disk,
    create: at(disk.create),
    open: at(disk.open),
    append: at(disk.append),
    rename(from, to) {
      // Both are in one user's folder.
      const way = relative(dirname(resolve(to)), resolve(from));
      act(to, (reachable) => disk.rename(join(dirname(reachable), way), reachable));
    },
    // The new one is what could be led astray.
    copy(from, to, mode) {
      const source = resolve(from);
      act(to, (reachable) => disk.copy(source, reachable, mode));
    },
    unlink,
    // At once: in the background it would not have these rights.
    unlinkSoon(path, done) {
      try {
        unlink(path);
        done(null);
      } catch (error) {
        done(error);
      }
    },
    makeFolder: at(disk.makeFolder),
    syncFolder: at(disk.syncFolder),
    read: at(disk.read),
    list: at(disk.list),
    stat: at(disk.stat),
    look: at(disk.look),
    space: at(disk.space),
    // Its whole name is used again later.
    lock(path) {
      const whole = resolve(path);
      return act(whole, () => disk.lock(whole));
    },
    act: (path, work) => act(path, () => work()),
  };
}

/** As `firstOfOthers`, which it asks once for each folder of root's alone. */
function createFinder(disk: Disk): (path: string) => WayStep | undefined {
  const rootsAlone = new Set<string>();
  return (path) => {
    const folder = dirname(resolve(path));
    if (rootsAlone.has(folder)) {
      const above = disk.look(folder);
      const kind = disk.look(path)?.kind;
      const isStill = above?.kind === 'folder' && isRootsAlone(above);
      if (isStill && (kind === undefined || kind === 'file')) return undefined;
    }
    const other = firstOfOthers(disk, path);
    // A file in a folder of root's alone goes by a name that root gave.
    if (other !== undefined && other.kind !== 'file') return other;
    rootsAlone.add(folder);
    return undefined;
  };
}

/**
 * The folder may lie in one that its owner cannot enter (/var/lib/private, systemd.exec(5)): root goes
 * there, and the way on begins in it.
 */
function fromFolder<Value>(identity: Identity, folder: string, work: () => Value): Value {
  const before = currentFolder(identity);
  identity.chdir(folder);
  try {
    return work();
  } finally {
    identity.chdir(before);
  }
}

/** A folder that was deleted has no name any more. */
function currentFolder(identity: Identity): string {
  try {
    return identity.cwd();
  } catch {
    return '/';
  }
}

/** `otherwise` throws where `work` would go too far with root's own rights. */
function withRights<Value>(
  identity: Identity,
  other: WayStep,
  work: () => Value,
  otherwise: () => void,
): Value {
  const giveBack = other.userId === 0 ? undefined : take(identity, other);
  if (giveBack === undefined) otherwise();
  try {
    return work();
  } finally {
    giveBack?.();
  }
}

/** Answers what gives root its own rights back; undefined where the system does not let them go. */
function take(identity: Identity, { userId, groupId }: WayStep): (() => void) | undefined {
  const { getegid, getgroups, setegid, seteuid, setgroups } = identity;
  if (!(getegid && getgroups && setegid && seteuid && setgroups)) return undefined;
  const group = getegid();
  const groups = getgroups();
  const giveBack = (): void => {
    seteuid(0);
    setegid(group);
    setgroups(groups);
  };
  try {
    setgroups([]);
  } catch {
    return undefined;
  }
  try {
    setegid(groupId === 0 ? nobodysGroup : groupId);
    seteuid(userId);
    return giveBack;
  } catch {
    giveBack();
    return undefined;
  }
}

/** Undefined also where the way cannot be gone: whoever uses the file is told why. */
function othersOnWay(disk: Disk, path: string): WayStep | undefined {
  try {
    return firstOfOthers(disk, path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Throws `ELOOP`, as open(2) does with O_NOFOLLOW. */
function refuseLinks(disk: Disk, path: string): void {
  let isTheirs = false;
  for (const step of wayTo(disk, path)) {
    isTheirs ||= !isRootsAlone(step);
    if (isTheirs && step.kind === 'link') {
      throw refusal('ELOOP', `${step.path} is a link, and not only root's`);
    }
  }
}

/** The same, and `EACCES` for a file that `other` could not read. */
function refuseHidden(disk: Disk, path: string, other: WayStep): void {
  refuseLinks(disk, path);
  const [found] = [...wayTo(disk, path)].slice(-1);
  if (found === undefined || found.userId === other.userId || (found.mode & 0o004) !== 0) return;
  throw refusal('EACCES', `${path} is not a file of user ${other.userId}`);
}

function refusal(code: string, reason: string): Error {
  return Object.assign(new Error(`${code}: ${reason}`), { code });
}
