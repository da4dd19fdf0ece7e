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
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  statfsSync,
  statSync,
  unlink,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Disk, OpenFile } from '../base/disk.ts';
import { systemErrorCode } from '../base/errors.ts';
import { lockFile, type Sqlite } from './file-lock.ts';

export interface NodeDiskOptions {
  /** Loaded where a file is locked, which no one-shot command does. */
  readonly sqlite: () => Sqlite;
}

/** Windows has no such flag, and no such links for ordinary users. */
const notThroughLinks = constants.O_NOFOLLOW ?? 0;
const forWriting = constants.O_WRONLY | notThroughLinks;

export function createNodeDisk({ sqlite }: NodeDiskOptions): Disk {
  return {
    create(path, mode) {
      const file = openSync(path, forWriting | constants.O_CREAT | constants.O_TRUNC, mode);
      try {
        // The umask may have narrowed what open(2) was asked for; from 0600 it takes nothing.
        if ((mode & 0o077) !== 0) fchmodSync(file, mode);
        leaveToOwner(file, dirname(path));
        return file;
      } catch (error) {
        closeSync(file);
        throw error;
      }
    },
    open: (path) => openSync(path, forWriting),
    write(file, content) {
      // write(2) may write less than it was given; a short write unnoticed is a truncated report.
      let offset = 0;
      while (offset < content.length) offset += writeSync(file, content, offset);
    },
    sync: (file) => fsyncSync(file),
    close: (file) => closeSync(file),
    ownAs,
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
    read: (path) => readFileSync(path),
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
          };
    },
    realPath,
    space(path) {
      try {
        const { bavail, blocks, bsize } = statfsSync(path);
        return blocks === 0 ? undefined : { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
      } catch {
        return undefined;
      }
    },
    lock: (path) => lockFile(sqlite(), path),
  };
}

/**
 * A service could not read a report that `sudo system-monitor background --once` left in its folder.
 */
function leaveToOwner(file: OpenFile, folder: string): void {
  const made = fstatSync(file);
  if (made.uid !== 0) return;
  const { uid, gid } = statSync(folder);
  // A second name would give away whatever else goes by it.
  if (uid !== 0 && made.nlink === 1) fchownSync(file, uid, gid);
}

function ownAs(file: OpenFile, path: string): void {
  const wanted = statSync(path, { throwIfNoEntry: false });
  if (wanted === undefined) return;
  const own = fstatSync(file);
  if (own.uid === wanted.uid && own.gid === wanted.gid) return;
  try {
    fchownSync(file, wanted.uid, wanted.gid);
  } catch {
    // Only root may give files away.
  }
}

function syncFolder(path: string): void {
  let file: OpenFile;
  try {
    file = openSync(path, 'r');
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

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') return path;
  }
  try {
    // A relative target counts from where the link really lies.
    return realPath(resolve(realpathSync(dirname(path)), readlinkSync(path)));
  } catch {
    return path;
  }
}
