/** Notices that the configuration file changed. */
import type { Disk } from '../base/disk.ts';
import { systemErrorCode } from '../base/errors.ts';

export interface FileWatch {
  /** Whether the file came, went or was changed since the last call (or since the watch began). */
  changed(): boolean;
}

/**
 * Asks for the file's inode, size and times (of its content, and of its rights) rather than for
 * events: those are lost on network file systems and over the rename with which editors and
 * `config set` save.
 */
export function createFileWatch(disk: Disk, path: string): FileWatch {
  let last = fingerprint(disk, path);
  return {
    changed() {
      const now = fingerprint(disk, path);
      const isChanged = now !== last;
      last = now;
      return isChanged;
    },
  };
}

function fingerprint(disk: Disk, path: string): string {
  try {
    const found = disk.stat(path);
    return found === undefined
      ? 'none'
      : `${found.fileNumber}:${found.sizeBytes}:${found.modifiedMs}:${found.changedMs}`;
  } catch (error) {
    // A folder that may no longer be entered, say: whoever reads the file tells what it is.
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    return code;
  }
}
