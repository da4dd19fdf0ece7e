/** What was put aside, rejected reports and damaged files, each within its bytes, oldest out first. */
import { join } from 'node:path';
import { removeFile, writeFileQuickly } from '../base/atomic-file.ts';
import type { Disk } from '../base/disk.ts';
import type { Logger } from '../base/logger.ts';
import { fileNameOfKey } from './report-file.ts';
import { createReportQueue } from './report-queue.ts';
import type { SpoolEntry } from './spool.ts';
import {
  fileSize,
  moveFile,
  namesIn,
  reasonPath,
  reportPath,
  type SpoolPaths,
  scanReports,
} from './spool-folder.ts';

export interface AsideOptions {
  readonly disk: Disk;
  readonly paths: SpoolPaths;
  readonly maxBytes: number;
  readonly logger: Logger;
  /** A rejected report went for good. */
  readonly onDropped: (entry: SpoolEntry, cause: 'age' | 'rejected-size') => void;
}

export interface Aside {
  readonly rejectedReports: number;
  readonly damagedFiles: number;
  /** Looks at the folders. */
  load(): void;
  /** Moves a file of pending/ that is no report. */
  setDamaged(name: string, reason: string): void;
  /** False where the disk does not let it be moved. */
  setRejected(entry: SpoolEntry, reason: string): boolean;
  dropRejectedBefore(epoch: number): void;
}

export function createAside(options: AsideOptions): Aside {
  const { disk, paths, maxBytes, logger, onDropped } = options;
  const rejected = createReportQueue();
  let damagedFiles = 0;
  let damagedBytes = 0;

  function dropRejected(entry: SpoolEntry, cause: 'age' | 'rejected-size'): void {
    rejected.remove(entry.key);
    removeFile(disk, reportPath(paths.rejected, entry.key));
    removeFile(disk, reasonPath(paths, entry.key));
    onDropped(entry, cause);
  }

  function trimDamaged(): void {
    for (const name of [...namesIn(disk, paths.damaged)].sort()) {
      if (damagedBytes <= maxBytes) return;
      const path = join(paths.damaged, name);
      const sizeBytes = fileSize(disk, path);
      if (sizeBytes === undefined || !removeFile(disk, path)) continue;
      damagedBytes -= sizeBytes;
      damagedFiles -= 1;
    }
  }

  return {
    get rejectedReports() {
      return rejected.size;
    },
    get damagedFiles() {
      return damagedFiles;
    },

    load() {
      rejected.replaceAll(scanReports(disk, paths.rejected).entries);
      const sizes = namesIn(disk, paths.damaged).map(
        (name) => fileSize(disk, join(paths.damaged, name)) ?? 0,
      );
      damagedFiles = sizes.length;
      damagedBytes = sizes.reduce((sum, size) => sum + size, 0);
    },

    setDamaged(name, reason) {
      const from = join(paths.pending, name);
      const sizeBytes = fileSize(disk, from) ?? 0;
      if (moveFile(disk, from, paths.damaged, name)) {
        damagedFiles += 1;
        damagedBytes += sizeBytes;
      }
      logger.warn('spool.damaged', { name, reason, folder: paths.damaged });
      if (damagedBytes > maxBytes) trimDamaged();
    },

    setRejected(entry, reason) {
      const name = fileNameOfKey(entry.key);
      if (!moveFile(disk, reportPath(paths.pending, entry.key), paths.rejected, name)) return false;
      rejected.add(entry);
      try {
        writeFileQuickly(disk, reasonPath(paths, entry.key), `${reason}\n`);
      } catch {
        // The report is aside; only its explanation is missing, and the log has it.
      }
      for (let oldest = rejected.oldest(); oldest !== undefined; oldest = rejected.oldest()) {
        if (rejected.bytes <= maxBytes || rejected.size === 1) break;
        dropRejected(oldest, 'rejected-size');
      }
      return true;
    },

    dropRejectedBefore(epoch) {
      for (let oldest = rejected.oldest(); oldest !== undefined; oldest = rejected.oldest()) {
        if (oldest.epoch >= epoch) break;
        dropRejected(oldest, 'age');
      }
    },
  };
}
