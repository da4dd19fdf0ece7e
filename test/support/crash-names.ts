/**
 * What a disk holds and what of that would survive: the state behind crash-disk.ts.
 *
 *   content that was not synced   whole, as it was at the last sync, cut short, or zeros at its end
 *   a name that came or went      there or not, each by itself, unless its folder was synced since
 *   a rename                      undone, done, or under both names, but never under none; where one of
 *                                 its two folders alone was synced, that half is durable by itself
 *   a folder without its name     all that is in it is lost as well
 *
 * A sync that failed has made nothing durable, and the next one does not make up for it
 * (https://wiki.postgresql.org/wiki/Fsync_Errors). A rename that left no name at all, because only
 * the folder that it left was synced, is what CrashMonkey (OSDI 2018) met on btrfs and F2FS.
 */
import { dirname } from 'node:path';

/** A file, or a folder, which has no content of its own here. */
export interface Node {
  readonly number: number;
  readonly isFile: boolean;
  content: Buffer;
  /** Its content at the last sync. */
  synced: Buffer;
  /** A sync failed: what was written before it may never get to the disk. */
  isPoisoned: boolean;
  modifiedMs: number;
}

/** One change of names, with which of its halves are durable. */
interface NameChange {
  readonly node: Node;
  /** The path that goes, if one does. */
  readonly from?: string;
  /** The path that comes, if one does. */
  readonly to?: string;
  isFromSynced: boolean;
  isToSynced: boolean;
  isPoisoned: boolean;
}

export type Names = Map<string, Node>;

export interface DiskState {
  /** What is durable for certain. */
  readonly base: Names;
  /** What was changed since, in its order. */
  readonly changes: readonly NameChange[];
}

/** Answers one of `options` alternatives by its number; 0 is the one without any loss. */
export type Pick = (options: number) => number;

export interface NameLog {
  /** As the running system sees it. */
  readonly now: ReadonlyMap<string, Node>;
  change(change: { readonly node: Node; readonly from?: string; readonly to?: string }): void;
  syncFolder(folder: string): void;
  /** What is changed in it so far is never sure to be durable. */
  poisonFolder(folder: string): void;
  /** A copy that later changes leave as it is. */
  freeze(): DiskState;
}

export function createNameLog({ base, changes }: DiskState): NameLog {
  const sure = new Map(base);
  let open = [...changes];
  const now = new Map(sure);
  for (const change of open) apply(now, change, true, true);

  const inFolder = (path: string | undefined, folder: string) =>
    path !== undefined && dirname(path) === folder;

  return {
    now,
    change(made) {
      const change = { ...made, isFromSynced: false, isToSynced: false, isPoisoned: false };
      open.push(change);
      apply(now, change, true, true);
    },
    syncFolder(folder) {
      for (const change of open) {
        if (change.isPoisoned) continue;
        if (inFolder(change.from, folder)) change.isFromSynced = true;
        if (inFolder(change.to, folder)) change.isToSynced = true;
      }
      while (open[0] !== undefined && isSure(open[0])) {
        apply(sure, open[0], true, true);
        open = open.slice(1);
      }
    },
    poisonFolder(folder) {
      for (const change of open) {
        if (inFolder(change.from, folder) || inFolder(change.to, folder)) change.isPoisoned = true;
      }
    },
    freeze: () => copyOf({ base: sure, changes: open }),
  };
}

/** What a disk holds once the power is back, by what `pick` decides wherever nothing was sure. */
export function afterPowerCut(state: DiskState, pick: Pick): Names {
  const names = new Map(state.base);
  for (const change of state.changes) {
    const { comes, goes } = outcomeOf(change, pick);
    apply(names, change, comes, goes);
  }
  const left: Names = new Map();
  const copies = new Map<Node, Node>();
  for (const path of [...names.keys()].sort()) {
    const node = names.get(path);
    const folder = dirname(path);
    if (node === undefined || (folder !== '/' && left.get(folder)?.isFile !== false)) continue;
    const copy = copies.get(node) ?? settled(node, pick);
    copies.set(node, copy);
    left.set(path, copy);
  }
  return left;
}

/** The same, with everything as it is: the process ended and the system went on. */
export function copyOf({ base, changes }: DiskState): DiskState {
  const copies = new Map<Node, Node>();
  const copy = (node: Node): Node => {
    const made = copies.get(node) ?? { ...node };
    copies.set(node, made);
    return made;
  };
  return {
    base: new Map([...base].map(([path, node]) => [path, copy(node)])),
    changes: changes.map((change) => ({ ...change, node: copy(change.node) })),
  };
}

function apply(names: Names, { node, from, to }: NameChange, comes: boolean, goes: boolean): void {
  // By the file and not by its name alone: an earlier change of that name may not have survived.
  if (from !== undefined && goes && names.get(from) === node) names.delete(from);
  if (to !== undefined && comes) names.set(to, node);
}

function isSure({ from, to, isFromSynced, isToSynced }: NameChange): boolean {
  return (from === undefined || isFromSynced) && (to === undefined || isToSynced);
}

function outcomeOf(change: NameChange, pick: Pick): { comes: boolean; goes: boolean } {
  const { from, to, isFromSynced, isToSynced } = change;
  if (isSure(change)) return { comes: true, goes: true };
  if (from === undefined || to === undefined) {
    const isDone = pick(2) === 0;
    return { comes: isDone, goes: isDone };
  }
  if (isToSynced) return { comes: true, goes: pick(2) === 0 };
  if (isFromSynced) return { comes: pick(2) === 0, goes: true };
  const outcome = pick(3);
  return { comes: outcome !== 1, goes: outcome === 0 };
}

/** A file as it lies on the disk after a cut, with nothing open any more. */
function settled(node: Node, pick: Pick): Node {
  const { content, synced } = node;
  let left = content;
  if (!content.equals(synced)) {
    const half = content.length >> 1;
    const zeros = Buffer.concat([content.subarray(0, half), Buffer.alloc(content.length - half)]);
    left = [content, synced, content.subarray(0, half), zeros][pick(4)] ?? content;
  }
  return { ...node, content: left, synced: left, isPoisoned: false };
}
