/**
 * A disk in memory that forgets what was not synced, after SQLite's crash VFS
 * (https://sqlite.org/testing.html#crash_testing) and TigerBeetle's storage faults. What may be left
 * after a power cut is written in crash-names.ts.
 *
 * It takes a picture before every call that changes something: a moment at which the power may go. The
 * program under test runs on, as it never knows, and each picture shows afterwards what it would have
 * found.
 */
import { dirname, join } from 'node:path';
import type { Disk, OpenFile } from '../../src/base/disk.ts';
import {
  afterPowerCut,
  createNameLog,
  type DiskState,
  type Names,
  type Node,
  type Pick,
} from './crash-names.ts';

export interface CrashDisk extends Disk {
  /** The moments since the last call, the present one at the end. */
  takePictures(): readonly Picture[];
  /** What a process finds that starts after this one was killed: everything, and no lock. */
  afterKill(): CrashDisk;
  /** Does what `unlinkSoon` was asked for. */
  runUnlinks(): void;
  /** Content of every file by its path. */
  files(): ReadonlyMap<string, string>;
  /** What the system refuses: answers the error's code for a call that is to fail. */
  refuse: (call: keyof Disk, path: string) => string | undefined;
  /** What all files together may take. */
  capacityBytes: number;
}

export interface Picture {
  /** The call that the power cut prevents: `rename /state/a`. */
  readonly before: string;
  /** What the next start may find, that with the fewest and the most losses first. */
  remainders(limit: number): readonly Remainder[];
}

export interface Remainder {
  /** The same for the same files. */
  readonly signature: string;
  open(): CrashDisk;
}

const nothing: DiskState = { base: new Map(), changes: [] };
let nodes = 0;
const root = makeNode(false);

export function createCrashDisk(state: DiskState = nothing): CrashDisk {
  const log = createNameLog(state);
  const open = new Map<OpenFile, { readonly path: string; readonly node: Node }>();
  const locked = new Set<Node>();
  let pictures: Picture[] = [];
  let unlinks: (() => void)[] = [];
  let ticks = 0;
  let files = 2;

  /** Ahead of each call that changes something. */
  function step(call: keyof Disk, path: string): void {
    pictures.push(pictureOf(`${call} ${path}`, log.freeze()));
    ask(call, path);
  }

  function ask(call: keyof Disk, path: string): void {
    const code = disk.refuse(call, path);
    if (code !== undefined) throw systemError(code, call, path);
  }

  function find(call: keyof Disk, path: string): Node {
    const node = log.now.get(path);
    if (node === undefined) throw systemError('ENOENT', call, path);
    return node;
  }

  function requireFolder(call: keyof Disk, path: string): void {
    if (path === '/') return;
    if (find(call, path).isFile) throw systemError('ENOTDIR', call, path);
  }

  function opened(file: OpenFile): { readonly path: string; readonly node: Node } {
    const found = open.get(file);
    if (found === undefined) throw systemError('EBADF', 'write', `${file}`);
    return found;
  }

  function remember(path: string, node: Node): OpenFile {
    files += 1;
    open.set(files, { path, node });
    return files;
  }

  function usedBytes(): number {
    return [...new Set(log.now.values())].reduce((sum, { content }) => sum + content.length, 0);
  }

  const disk: CrashDisk = {
    userId: undefined,
    refuse: () => undefined,
    capacityBytes: Number.POSITIVE_INFINITY,

    create(path) {
      step('create', path);
      requireFolder('create', dirname(path));
      const present = log.now.get(path);
      if (present?.isFile === false) throw systemError('EISDIR', 'create', path);
      const node = present ?? makeNode(true);
      if (present === undefined) log.change({ node, to: path });
      node.content = Buffer.alloc(0);
      // Whatever is written from now on is written anew.
      node.isPoisoned = false;
      return remember(path, node);
    },
    append() {
      throw new Error('nothing of what is tried here writes a log');
    },
    open(path) {
      ask('open', path);
      return remember(path, find('open', path));
    },
    write(file, content) {
      const { path, node } = opened(file);
      const room = Math.max(0, disk.capacityBytes - usedBytes());
      step('write', path);
      const fits = Buffer.from(content.subarray(0, room));
      node.content = Buffer.concat([node.content, fits]);
      ticks += 1;
      node.modifiedMs = ticks;
      if (room < content.length) throw systemError('ENOSPC', 'write', path);
    },
    sync(file) {
      const { path, node } = opened(file);
      try {
        step('sync', path);
      } catch (error) {
        node.isPoisoned = true;
        throw error;
      }
      if (!node.isPoisoned) node.synced = node.content;
    },
    close: (file) => void open.delete(file),
    give: () => {},
    rename(from, to) {
      step('rename', from);
      const node = find('rename', from);
      requireFolder('rename', dirname(to));
      if (log.now.get(to)?.isFile === false) throw systemError('EISDIR', 'rename', to);
      log.change({ node, from, to });
    },
    unlink(path) {
      step('unlink', path);
      const node = find('unlink', path);
      if (!node.isFile) throw systemError('EISDIR', 'unlink', path);
      log.change({ node, from: path });
    },
    unlinkSoon(path, done) {
      unlinks.push(() => {
        try {
          disk.unlink(path);
          done(null);
        } catch (error) {
          done(error);
        }
      });
    },
    copy(from, to, mode) {
      const file = disk.create(to, mode);
      disk.write(file, find('copy', from).content);
      disk.close(file);
    },
    makeFolder(path) {
      const present = log.now.get(path);
      if (path === '/' || present?.isFile === false) return;
      step('makeFolder', path);
      if (present !== undefined) throw systemError('EEXIST', 'makeFolder', path);
      requireFolder('makeFolder', dirname(path));
      log.change({ node: makeNode(false), to: path });
    },
    syncFolder(path) {
      requireFolder('syncFolder', path);
      try {
        step('syncFolder', path);
      } catch (error) {
        log.poisonFolder(path);
        throw error;
      }
      log.syncFolder(path);
    },
    read(path) {
      ask('read', path);
      const node = find('read', path);
      if (!node.isFile) throw systemError('EISDIR', 'read', path);
      return Buffer.from(node.content);
    },
    list(path) {
      ask('list', path);
      requireFolder('list', path);
      const prefix = join(path, '/');
      return [...log.now.keys()]
        .filter((one) => dirname(one) === path)
        .map((one) => one.slice(prefix.length));
    },
    stat(path) {
      ask('stat', path);
      const node = path === '/' ? root : log.now.get(path);
      if (node === undefined) return undefined;
      const { isFile, content, number: fileNumber, modifiedMs } = node;
      return {
        ...{ isFile, sizeBytes: content.length, fileNumber },
        ...{ modifiedMs, changedMs: modifiedMs },
      };
    },
    look(path) {
      const found = disk.stat(path);
      if (found === undefined) return undefined;
      const kind = found.isFile ? 'file' : 'folder';
      return { kind, mode: 0o700, userId: 0, groupId: 0, target: '' };
    },
    space() {
      const totalBytes = disk.capacityBytes;
      if (!Number.isFinite(totalBytes)) return undefined;
      return { totalBytes, freeBytes: Math.max(0, totalBytes - usedBytes()) };
    },
    lock(path) {
      ask('lock', path);
      const node = log.now.get(path) ?? opened(disk.create(path, 0o600)).node;
      if (locked.has(node)) return undefined;
      locked.add(node);
      return {
        holds: () => locked.has(node) && log.now.get(path) === node,
        release: () => void locked.delete(node),
      };
    },
    withRightsOf: () => disk,
    act: (_path, work) => work(),

    takePictures() {
      const taken = [...pictures, pictureOf('nothing more', log.freeze())];
      pictures = [];
      return taken;
    },
    afterKill: () => createCrashDisk(log.freeze()),
    runUnlinks() {
      const due = unlinks;
      unlinks = [];
      for (const unlink of due) unlink();
    },
    files: () =>
      new Map(
        [...log.now]
          .filter(([, node]) => node.isFile)
          .map(([path, node]) => [path, node.content.toString()]),
      ),
  };
  return disk;
}

function makeNode(isFile: boolean): Node {
  nodes += 1;
  const empty = Buffer.alloc(0);
  return {
    ...{ number: nodes, isFile, content: empty, synced: empty },
    ...{ isPoisoned: false, modifiedMs: 0 },
  };
}

function pictureOf(before: string, state: DiskState): Picture {
  return {
    before,
    remainders: (limit) =>
      [...everyOutcome((pick) => afterPowerCut(state, pick), limit)].map(([signature, base]) => ({
        signature,
        open: () => createCrashDisk({ base, changes: [] }),
      })),
  };
}

/**
 * What comes of `run` with every way to pick, as far as `limit` allows: without a loss, with all losses,
 * with each alone, with all but each, and then the others in their order.
 */
function everyOutcome(run: (pick: Pick) => Names, limit: number): ReadonlyMap<string, Names> {
  const found = new Map<string, Names>();
  const attempt = (choose: (at: number, options: number) => number): readonly number[] => {
    const options: number[] = [];
    const names = run((count) => {
      options.push(count);
      return Math.min(choose(options.length - 1, count), count - 1);
    });
    found.set(signatureOf(names), names);
    return options;
  };
  const options = attempt(() => 0);
  if (options.length === 0) return found;
  attempt((_, count) => count - 1);
  for (const [at, count] of options.entries()) {
    if (found.size >= limit) break;
    for (let value = 1; value < count; value += 1) attempt((one) => (one === at ? value : 0));
    attempt((one, most) => (one === at ? 0 : most - 1));
  }
  const combinations = options.reduce((product, count) => product * count, 1);
  const tries = Math.min(combinations, 4 * limit);
  for (let number = 0; number < tries && found.size < limit; number += 1) {
    let rest = number;
    attempt((_, count) => {
      const value = rest % count;
      rest = Math.floor(rest / count);
      return value;
    });
  }
  return found;
}

function signatureOf(names: Names): string {
  return [...names].map(([path, node]) => `${path}\0${node.content.toString('latin1')}`).join('\0');
}

function systemError(code: string, call: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${call} '${path}'`), { code });
}
