/**
 * The way to a file, component by component, as the system goes it (path_resolution(7)): whoever owns
 * one of them, or may write to a folder among them, chooses what is found at its end.
 */
import { dirname, join, parse, resolve } from 'node:path';
import type { Disk, LinkFacts } from './disk.ts';

export interface WayStep extends LinkFacts {
  readonly path: string;
  /** What is left of the way from here; empty at its end. */
  readonly rest: string;
}

/** As many links as Linux follows (MAXSYMLINKS). */
const linksMax = 40;
const othersMayWrite = 0o002;
const groupMayWrite = 0o020;
/** Names in it are deleted and replaced by their owners alone (unlink(2), EPERM). */
const sticky = 0o1000;

/**
 * From the root to the file itself, each link before what it leads to. It ends before what is not
 * there. Throws the system's error where a folder may not be entered.
 */
export function* wayTo(disk: Pick<Disk, 'look'>, path: string): Generator<WayStep> {
  const { root } = parse(resolve(path));
  let here = root;
  let names = namesOf(resolve(path));
  let links = 0;
  let name: string | undefined = '';
  while (name !== undefined) {
    const next = join(here, name);
    const found = disk.look(next);
    if (found === undefined) return;
    yield { path: next, rest: names.join('/'), ...found };
    if (found.kind === 'link') {
      links += 1;
      if (links > linksMax) return;
      const target = resolve(dirname(next), found.target);
      names = [...namesOf(target), ...names];
      here = root;
    } else if (found.kind === 'folder') {
      here = next;
    } else {
      // Nothing lies below a file.
      return;
    }
    name = names.shift();
  }
}

/** Where a file really lies: links are followed, also the last one that leads nowhere yet. */
export function realPathOf(disk: Pick<Disk, 'look'>, path: string): string {
  let end = resolve(path);
  for (const step of wayTo(disk, path)) {
    if (step.kind !== 'link') end = join(step.path, step.rest);
  }
  return end;
}

/** Whether nobody but root could put something else in its place, or into it. */
export function isRootsAlone(step: LinkFacts): boolean {
  const isOpen =
    isOpenTo(step, othersMayWrite) || (step.groupId !== 0 && isOpenTo(step, groupMayWrite));
  return step.userId === 0 && !isOpen;
}

/**
 * The first on the way to `path` that is not root's alone: from there on, others choose what is found.
 */
export function firstOfOthers(disk: Pick<Disk, 'look'>, path: string): WayStep | undefined {
  for (const step of wayTo(disk, path)) if (!isRootsAlone(step)) return step;
  return undefined;
}

/**
 * Where, on the way to `path`, another user could put something in its place: a folder that others may
 * write to, or what another has put into a folder for all, as /tmp is. Undefined on Windows, whose
 * rights are not told by these numbers.
 */
export function exposedAt(disk: Pick<Disk, 'look' | 'userId'>, path: string): string | undefined {
  if (disk.userId === undefined) return undefined;
  let isForAll = false;
  for (const step of wayTo(disk, path)) {
    const isOthers = step.userId !== 0 && step.userId !== disk.userId;
    if (isOpenTo(step, othersMayWrite) || (isForAll && isOthers)) return step.path;
    isForAll = step.kind === 'folder' && (step.mode & othersMayWrite) !== 0;
  }
  return undefined;
}

/** Whether names in it may be replaced by those of `who`. */
function isOpenTo({ kind, mode }: LinkFacts, who: number): boolean {
  return kind === 'folder' && (mode & who) !== 0 && (mode & sticky) === 0;
}

function namesOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(/[/\\]/)
    .filter((name) => name !== '');
}
