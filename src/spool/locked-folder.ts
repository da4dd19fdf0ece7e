/** The spool's folder while this process has it: made, locked, and made again when it was deleted. */
import { writeFileDurably } from '../base/atomic-file.ts';
import type { Disk, FileLock } from '../base/disk.ts';
import { MonitorError, systemErrorCode } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { lockFolder } from './folder-lock.ts';
import { makeSpoolFolders, reportPath, type SpoolPaths } from './spool-folder.ts';

export interface LockedFolderOptions {
  readonly disk: Disk;
  readonly paths: SpoolPaths;
  readonly pid: number;
  readonly logger: Logger;
  /** The folder is ours from now on, and its content is another than before. */
  readonly onOpened: () => void;
}

export interface LockedFolder {
  /**
   * Makes and locks the folder unless that is done; a folder that was deleted or replaced is made
   * and locked anew. Throws a MonitorError: BUSY where another has the lock, anything else where
   * the disk refuses.
   */
  ensure(): void;
  /** Writes one report durably. Throws a MonitorError where the disk refuses. */
  write(key: string, content: Uint8Array): void;
  /** Gives the lock back. Idempotent. */
  release(): void;
}

export function createLockedFolder(options: LockedFolderOptions): LockedFolder {
  const { disk, paths, pid, logger, onOpened } = options;
  let lock: FileLock | undefined;

  function release(): void {
    lock?.release();
    lock = undefined;
  }

  function ensure(): void {
    if (lock?.holds() === true) return;
    if (lock !== undefined) {
      logger.error('spool.folder_replaced', {
        folder: paths.root,
      });
      release();
    }
    makeSpoolFolders(disk, paths);
    lock = lockFolder(disk, paths.root, pid);
    onOpened();
  }

  return {
    ensure,
    write(key, content) {
      const path = reportPath(paths.pending, key);
      if (lock === undefined) ensure();
      try {
        writeFileDurably(disk, path, content);
      } catch (error) {
        if (!(error instanceof MonitorError && isMissing(error.cause))) throw error;
        // A folder is missing: all of them, with the lock, or pending/ alone.
        ensure();
        makeSpoolFolders(disk, paths);
        writeFileDurably(disk, path, content);
      }
    },
    release,
  };
}

function isMissing(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(cause) ?? '');
}
