/** The real disk, by Node's synchronous calls. What each call promises is written in base/disk.ts. */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  type Stats,
  statfsSync,
  statSync,
  unlink,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { Disk, LinkFacts, OpenFile } from '../base/disk.ts';
import { systemErrorCode } from '../base/errors.ts';
import { lockFile, type Sqlite } from './file-lock.ts';

export interface NodeDiskOptions {
  readonly userId: number | undefined;
  /** Loaded where a file is locked, which no one-shot command does. */
  readonly sqlite: () => Sqlite;
}

/** Windows has none of these flags, nor such links for ordinary users. */
const { O_NOFOLLOW: notThroughLinks = 0, O_NONBLOCK: withoutWaiting = 0 } = constants;
const forWriting = constants.O_WRONLY | notThroughLinks | withoutWaiting;

export function createNodeDisk({ userId, sqlite }: NodeDiskOptions): Disk {
  const disk: Disk = {
    userId,
    create,
    open: (path) => openFile(path, forWriting),
    append: (path, mode) =>
      openFile(path, forWriting | constants.O_CREAT | constants.O_APPEND, mode),
    write(file, content) {
      // write(2) may write less than it was given; a short write unnoticed is a truncated report.
      let offset = 0;
      while (offset < content.length) offset += writeSync(file, content, offset);
    },
    sync: (file) => fsyncSync(file),
    close: (file) => closeSync(file),
    give(file, { userId: owner, groupId, mode }) {
      fchownSync(file, owner, groupId);
      fchmodSync(file, mode);
    },
    rename: renameSync,
    unlink: unlinkSync,
    unlinkSoon: (path, done) => unlink(path, done),
    copy(from, to, mode) {
      copyFileSync(from, to);
      chmodSync(to, mode);
    },
    makeFolder(path, mode) {
      try {
        mkdirSync(path, { mode });
      } catch (error) {
        // Somebody else may have made it a moment ago.
        if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
      }
    },
    syncFolder,
    read,
    list: (path) => readdirSync(path),
    stat(path) {
      const found = statSync(path, { throwIfNoEntry: false });
      return found === undefined
        ? undefined
        : {
            isFile: found.isFile(),
            sizeBytes: found.size,
            fileNumber: found.ino,
            modifiedMs: found.mtimeMs,
            changedMs: found.ctimeMs,
          };
    },
    look,
    space(path) {
      try {
        const { bavail, blocks, bsize } = statfsSync(path);
        return blocks === 0 ? undefined : { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
      } catch {
        return undefined;
      }
    },
    lock: (path) => lockFile(sqlite(), path),
    withRightsOf: () => disk,
    act: (_path, work) => work(),
  };
  return disk;
}

function create(path: string, mode: number): OpenFile {
  let file = openFile(path, forWriting | constants.O_CREAT, mode);
  const { nlink, size } = fstatSync(file);
  // What else goes by it is not to be emptied.
  if (nlink > 1) {
    closeSync(file);
    unlinkSync(path);
    file = openFile(path, forWriting | constants.O_CREAT | constants.O_EXCL, mode);
  }
  try {
    if (nlink === 1 && size > 0) ftruncateSync(file);
    // The umask may have narrowed what open(2) was asked for; from 0600 it takes nothing.
    if ((mode & 0o077) !== 0) fchmodSync(file, mode);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function read(path: string): Buffer {
  // A descriptor that the caller handed in is a pipe as a rule: `--config <(decrypt …)`.
  if (/^\/dev\/(fd\/\d+|stdin)$/.test(path)) return readFileSync(path);
  const file = openFile(path, constants.O_RDONLY | withoutWaiting);
  try {
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function look(path: string): LinkFacts | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const { mode, uid: userId, gid: groupId } = found;
  const kind = kindOf(found);
  const target = kind === 'link' ? readlinkSync(path) : '';
  return { kind, mode: mode & 0o7777, userId, groupId, target };
}

/** A file alone: another thing in its place throws at once. */
function openFile(path: string, flags: number, mode?: number): OpenFile {
  const file = openSync(path, flags, mode);
  const found = fstatSync(file);
  if (found.isFile()) return file;
  closeSync(file);
  const code = found.isDirectory() ? 'EISDIR' : 'EINVAL';
  throw Object.assign(new Error(`${code}: it is not a file`), { code });
}

function kindOf(found: Stats): LinkFacts['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isSymbolicLink() ? 'link' : 'other';
}

function syncFolder(path: string): void {
  let file: OpenFile;
  try {
    // A pipe in its place is not waited for.
    file = openSync(path, constants.O_RDONLY | withoutWaiting);
  } catch (error) {
    if (isRefusedFolder(error)) return;
    throw error;
  }
  try {
    fsyncSync(file);
  } catch (error) {
    if (!isRefusedFolder(error)) throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * Windows has no such call and refuses to open a folder; its file system orders these by itself. A
 * folder that may not be read (the parent of one's own) offers no call either.
 */
function isRefusedFolder(error: unknown): boolean {
  return ['EISDIR', 'EPERM', 'EINVAL', 'EACCES'].includes(systemErrorCode(error) ?? '');
}
