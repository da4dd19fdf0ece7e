/** Notices that the configuration file changed. */
import { statSync } from 'node:fs';

export interface FileWatch {
  /** Whether the file came, went or was changed since the last call (or since the watch began). */
  changed(): boolean;
}

/**
 * Asks for the file's inode, size and time rather than for events: those are lost on network file
 * systems and over the rename with which editors and `config set` save.
 */
export function createFileWatch(path: string): FileWatch {
  let last = fingerprint(path);
  return {
    changed() {
      const now = fingerprint(path);
      const isChanged = now !== last;
      last = now;
      return isChanged;
    },
  };
}

function fingerprint(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 'none' : `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}
