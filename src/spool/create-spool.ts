/** The spool on disk. What it promises is in spool.ts; what its files hold, in report-file.ts. */
import { join } from 'node:path';
import { removeFile } from '../base/atomic-file.ts';
import type { Clock } from '../base/clock.ts';
import type { Disk } from '../base/disk.ts';
import { errorMessage, MonitorError, systemErrorCode, wrapSystemError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { createRateLimitedLog } from '../base/rate-limited-log.ts';
import { createAgeBound } from './age-bound.ts';
import { createAside } from './aside.ts';
import { createDiskRefusal } from './disk-refusal.ts';
import { defaultSpoolLimits, type SpoolLimits } from './limits.ts';
import { createLockedFolder } from './locked-folder.ts';
import { createMemoryLane } from './memory-lane.ts';
import {
  createReportKey,
  decodeReport,
  encodeReport,
  entryOf,
  fileNameOfKey,
} from './report-file.ts';
import { createReportQueue } from './report-queue.ts';
import type { Spool, SpoolEntry } from './spool.ts';
import { fileSize, removeFileSoon, reportPath, scanReports, spoolPaths } from './spool-folder.ts';

export interface SpoolOptions {
  readonly disk: Disk;
  /** Made where it is missing, with its parents, readable by the owner alone. */
  readonly folder: string;
  /** Of this process: whoever finds the folder locked is told. */
  readonly pid: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<SpoolLimits>;
}

type DropCause = 'age' | 'size' | 'free-disk' | 'memory' | 'rejected-size';

/**
 * Whoever cannot read because of these may read later: the process has too much open, or somebody
 * else has the file (a virus scanner on Windows, which shows as EBUSY or EPERM).
 */
const passingReadErrors = new Set([
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'EBUSY'],
  ...['EACCES', 'EPERM'],
]);
const maintainEveryMs = 1000;
/** Beyond it the sender waits for the disk: what is not gone at a crash is sent once more. */
const unlinksAtOnce = 256;
const reserveShare = 0.05;

/**
 * Opens the spool of `folder` and locks it. Throws BUSY where another process has it; nothing else
 * stops a start: a folder that cannot be written makes the spool live in memory until it can be,
 * and a content that cannot be read is put aside and counted.
 */
export function createSpool(options: SpoolOptions): Spool {
  const { disk, clock, logger, pid } = options;
  const limits = { ...defaultSpoolLimits, ...options.limits };
  const paths = spoolPaths(options.folder);
  const ageBound = createAgeBound(clock, limits.maxAgeSeconds);
  const drops = createRateLimitedLog({ logger, clock, intervalMs: 60_000 });
  const queue = createReportQueue();
  const aside = createAside({
    disk,
    paths,
    maxBytes: limits.maxAsideBytes,
    logger,
    onDropped: countDrop,
  });
  const folder = createLockedFolder({ disk, paths, pid, logger, onOpened: scan });
  const memory = createMemoryLane();
  const refusal = createDiskRefusal(logger);
  /** Acknowledged, but the disk has not let the file go yet; it must not be sent again. */
  const acknowledgedFiles = new Set<string>();
  let droppedReports = 0;
  let lastDroppedAtMs: number | undefined;
  let maintainedMs = Number.NEGATIVE_INFINITY;
  let closed = false;

  function scan(): void {
    const found = scanReports(disk, paths.pending);
    for (const name of found.unfinished) removeFile(disk, join(paths.pending, name));
    aside.load();
    for (const name of found.foreign) aside.setDamaged(name, 'it is no report');
    const inMemory = queue.snapshot().filter((entry) => memory.has(entry.key));
    const onDisk = found.entries.filter((entry) => !acknowledgedFiles.has(entry.key));
    queue.replaceAll([...onDisk, ...inMemory]);
  }

  /** False where the disk does not let it go; then it still waits, and is not counted. */
  function drop(entry: SpoolEntry, cause: DropCause): boolean {
    if (!memory.remove(entry.key) && !removeFile(disk, reportPath(paths.pending, entry.key)))
      return false;
    queue.remove(entry.key);
    countDrop(entry, cause);
    return true;
  }

  function countDrop(entry: SpoolEntry, cause: DropCause): void {
    droppedReports += 1;
    lastDroppedAtMs = clock.epochMs();
    const fields = { cause, epoch: entry.epoch, dropped_reports: droppedReports };
    drops.log('warn', 'spool.dropped', fields, cause);
  }

  function removeAcknowledged(): void {
    for (const key of acknowledgedFiles) {
      if (removeFile(disk, reportPath(paths.pending, key))) acknowledgedFiles.delete(key);
    }
  }

  function dropTooOld(): void {
    const bound = ageBound.oldestAllowedEpoch();
    if (bound === undefined) return;
    for (let oldest = queue.oldest(); oldest !== undefined; oldest = queue.oldest()) {
      if (oldest.epoch >= bound || !drop(oldest, 'age')) break;
    }
    aside.dropRejectedBefore(bound);
  }

  /** Keeps the spool within its bytes, and from growing while the disk is nearly full. */
  function makeRoom(key: string, sizeBytes: number): void {
    const present = queue.get(key)?.sizeBytes ?? 0;
    const isOther = (entry: SpoolEntry) => entry.key !== key;
    dropDownTo(limits.maxBytes - sizeBytes + present, 'size', isOther);
    const space = disk.space(paths.pending);
    if (space === undefined) return;
    const reserve = Math.min(limits.minFreeBytes, space.totalBytes * reserveShare);
    if (space.freeBytes - sizeBytes >= reserve) return;
    dropDownTo(queue.bytes - sizeBytes, 'free-disk', (entry) => entry.durable);
  }

  function dropDownTo(bytes: number, cause: DropCause, accepts: (entry: SpoolEntry) => boolean) {
    while (queue.bytes > bytes) {
      const oldest = queue.find(accepts);
      if (oldest === undefined || !drop(oldest, cause)) return;
    }
  }

  /** Throws a MonitorError when the disk refuses. */
  function store(key: string, body: Uint8Array): void {
    const content = encodeReport(key, body);
    makeRoom(key, content.length);
    folder.write(key, content);
    queue.add(entryOf(key, content.length, true));
  }

  /** Writes what memory holds, oldest first. True where nothing is left in memory. */
  function settleMemory(): boolean {
    for (const [key, body] of memory.entries()) {
      try {
        store(key, body);
        memory.remove(key);
      } catch (error) {
        refusal.note(error);
        return false;
      }
    }
    return true;
  }

  function keepInMemory(key: string, body: Uint8Array): SpoolEntry {
    const entry = entryOf(key, body.length, false);
    memory.add(key, body);
    queue.add(entry);
    const isOver = () =>
      memory.size > limits.maxMemoryReports || memory.bytes > limits.maxMemoryBytes;
    while (memory.size > 1 && isOver()) {
      const oldest = queue.find((one) => !one.durable);
      if (oldest === undefined) break;
      // A full disk gets room for it from the oldest on disk, which is what the promise gives up
      // first; only a disk that takes nothing at all costs the report in memory.
      const onDisk = refusal.isForRoom ? queue.find((one) => one.durable) : undefined;
      const isOlder = onDisk !== undefined && onDisk.key < oldest.key;
      if (isOlder && drop(onDisk, 'free-disk')) settleMemory();
      else drop(oldest, 'memory');
    }
    return queue.get(key) ?? entry;
  }

  try {
    folder.ensure();
  } catch (error) {
    if (error instanceof MonitorError && error.code === 'BUSY') throw error;
    refusal.note(error);
  }

  return {
    append(epoch, body) {
      dropTooOld();
      const key = createReportKey(epoch);
      if (settleMemory()) {
        try {
          store(key, body);
          refusal.noteRecovery(queue.size);
          return queue.get(key) ?? entryOf(key, body.length, true);
        } catch (error) {
          refusal.note(error);
        }
      }
      return keepInMemory(key, body);
    },

    pending: () => queue.snapshot(),
    newest: () => queue.newest(),
    oldest: (accepts) => queue.find(accepts),

    read(entry) {
      const inMemory = memory.get(entry.key);
      if (inMemory !== undefined) return inMemory;
      const path = reportPath(paths.pending, entry.key);
      let content: Uint8Array;
      try {
        content = disk.read(path);
      } catch (error) {
        const code = systemErrorCode(error);
        if (code !== undefined && passingReadErrors.has(code)) {
          throw wrapSystemError(`read ${path}`, error);
        }
        queue.remove(entry.key);
        if (code !== 'ENOENT') aside.setDamaged(fileNameOfKey(entry.key), errorMessage(error));
        return undefined;
      }
      const decoded = decodeReport(entry.key, content);
      if (decoded.kind === 'report') return decoded.body;
      queue.remove(entry.key);
      aside.setDamaged(fileNameOfKey(entry.key), decoded.reason);
      return undefined;
    },

    acknowledge(entry) {
      if (!queue.remove(entry.key)) return;
      if (memory.remove(entry.key)) return;
      // No fsync, and beside the next request: should a crash or a power cut undo the unlink, the
      // report is sent once more under its key. On a busy disk an unlink takes a millisecond.
      acknowledgedFiles.add(entry.key);
      if (acknowledgedFiles.size > unlinksAtOnce) removeAcknowledged();
      else
        removeFileSoon(disk, reportPath(paths.pending, entry.key), () =>
          acknowledgedFiles.delete(entry.key),
        );
    },

    reject(entry, reason) {
      if (!queue.remove(entry.key)) return;
      // Held in memory, or on a disk that refuses: it cannot be put aside, and must not be sent for
      // ever either.
      if (memory.remove(entry.key) || !aside.setRejected(entry, reason)) countDrop(entry, 'memory');
    },

    counts: () => ({
      pendingReports: queue.size,
      pendingBytes: queue.bytes,
      memoryReports: memory.size,
      oldestEpoch: queue.oldest()?.epoch,
      rejectedReports: aside.rejectedReports,
      damagedFiles: aside.damagedFiles,
      droppedReports,
      ...(lastDroppedAtMs === undefined ? {} : { lastDroppedAtMs }),
    }),

    maintain() {
      const nowMs = clock.monotonicMs();
      if (closed || nowMs - maintainedMs < maintainEveryMs) return;
      maintainedMs = nowMs;
      dropTooOld();
      removeAcknowledged();
      try {
        folder.ensure();
        if (fileSize(disk, paths.rescan) !== undefined) {
          removeFile(disk, paths.rescan);
          scan();
        }
      } catch (error) {
        refusal.note(error);
        return;
      }
      if (settleMemory()) refusal.noteRecovery(queue.size);
    },

    close() {
      if (closed) return;
      // The last chance of what memory holds; a refusal may have been a passing one.
      for (let tries = 0; tries < 3 && !settleMemory(); tries += 1);
      if (memory.size > 0) {
        logger.error('spool.lost', { reports: memory.size });
      }
      removeAcknowledged();
      closed = true;
      folder.release();
    },
  };
}
