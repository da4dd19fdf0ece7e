/** The spool on disk. What it promises is in spool.ts; what its files hold, in report-file.ts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownerOnlyFileMode, writeFileDurably } from '../base/atomic-file.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage, MonitorError, systemErrorCode, wrapSystemError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { createRateLimitedLog } from '../base/rate-limited-log.ts';
import { createAgeBound } from './age-bound.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { createReportKey, decodeReport, encodeReport, fileNameOfKey } from './report-file.ts';
import { createReportQueue } from './report-queue.ts';
import { defaultSpoolLimits, type Spool, type SpoolEntry, type SpoolLimits } from './spool.ts';
import {
  type DiskSpace,
  diskSpaceOf,
  fileSize,
  makeSpoolFolders,
  moveFile,
  namesIn,
  reasonPath,
  removeFile,
  reportPath,
  scanReports,
  spoolPaths,
} from './spool-folder.ts';

export interface SpoolOptions {
  /** Made where it is missing, with its parents, readable by the owner alone. */
  readonly folder: string;
  /** Of this process: whoever finds the folder locked is told. */
  readonly pid: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<SpoolLimits>;
  readonly diskSpace?: (folder: string) => DiskSpace | undefined;
}

type DropCause = 'age' | 'size' | 'free-disk' | 'memory' | 'rejected-size';

/** Whoever cannot read because of these can read later: the file itself is not to blame. */
const passingReadErrors = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'EBUSY']);
const fullDiskErrors = new Set(['ENOSPC', 'EDQUOT']);
const maintainEveryMs = 1000;
const reserveShare = 0.05;

/**
 * Opens the spool of `folder` and locks it. Throws BUSY where another process has it; nothing else
 * stops a start: a folder that cannot be written makes the spool live in memory until it can be,
 * and a content that cannot be read is put aside and counted.
 */
export function createSpool(options: SpoolOptions): Spool {
  const { clock, logger, pid, diskSpace = diskSpaceOf } = options;
  const limits = { ...defaultSpoolLimits, ...options.limits };
  const paths = spoolPaths(options.folder);
  const ageBound = createAgeBound(clock, limits.maxAgeSeconds);
  const drops = createRateLimitedLog({ logger, clock, intervalMs: 60_000 });
  const queue = createReportQueue();
  const rejected = createReportQueue();
  /** What the disk refused, by key, oldest first. */
  const memory = new Map<string, Uint8Array>();
  /** Acknowledged, but the disk would not let the file go; it must not be sent again. */
  const acknowledgedFiles = new Set<string>();
  let lock: FolderLock | undefined;
  let damagedFiles = 0;
  let damagedBytes = 0;
  let droppedReports = 0;
  let refusal: string | undefined;
  let diskIsFull = false;
  let maintainedMs = Number.NEGATIVE_INFINITY;
  let closed = false;

  /** Folders, lock and index. Throws when the disk refuses or another has the lock. */
  function open(): void {
    makeSpoolFolders(paths);
    lock ??= lockFolder(paths.root, pid);
    scan();
  }

  function openOrGoOnInMemory(): void {
    try {
      open();
    } catch (error) {
      if (error instanceof MonitorError && error.code === 'BUSY') throw error;
      noteRefusal(error);
    }
  }

  function scan(): void {
    const found = scanReports(paths.pending);
    for (const name of found.unfinished) removeFile(join(paths.pending, name));
    for (const name of found.foreign) setDamagedAside(name, 'it is no report');
    const inMemory = queue.snapshot().filter((entry) => memory.has(entry.key));
    const onDisk = found.entries.filter((entry) => !acknowledgedFiles.has(entry.key));
    queue.replaceAll([...onDisk, ...inMemory]);
    rejected.replaceAll(scanReports(paths.rejected).entries);
    const damagedNames = namesIn(paths.damaged);
    damagedFiles = damagedNames.length;
    damagedBytes = damagedNames.reduce(
      (sum, name) => sum + (fileSize(join(paths.damaged, name)) ?? 0),
      0,
    );
  }

  function setDamagedAside(name: string, reason: string): void {
    const from = join(paths.pending, name);
    const sizeBytes = fileSize(from) ?? 0;
    if (moveFile(from, paths.damaged, name)) {
      damagedFiles += 1;
      damagedBytes += sizeBytes;
    }
    logger.warn('spool: file put aside as damaged', { name, reason, folder: paths.damaged });
    if (damagedBytes <= limits.maxAsideBytes) return;
    for (const old of [...namesIn(paths.damaged)].sort()) {
      if (damagedBytes <= limits.maxAsideBytes) break;
      damagedBytes -= fileSize(join(paths.damaged, old)) ?? 0;
      if (removeFile(join(paths.damaged, old))) damagedFiles -= 1;
    }
  }

  function drop(entry: SpoolEntry, cause: DropCause): void {
    queue.remove(entry.key);
    if (!memory.delete(entry.key)) removeFile(reportPath(paths.pending, entry.key));
    countDrop(entry, cause);
  }

  function countDrop(entry: SpoolEntry, cause: DropCause): void {
    droppedReports += 1;
    drops.log('warn', 'spool: report dropped', { cause, epoch: entry.epoch, droppedReports });
  }

  function dropTooOld(): void {
    const bound = ageBound.oldestAllowedEpoch();
    if (bound === undefined) return;
    for (let oldest = queue.oldest(); oldest !== undefined; oldest = queue.oldest()) {
      if (oldest.epoch >= bound) break;
      drop(oldest, 'age');
    }
    for (let oldest = rejected.oldest(); oldest !== undefined; oldest = rejected.oldest()) {
      if (oldest.epoch >= bound) break;
      dropRejected(oldest, 'age');
    }
  }

  function dropRejected(entry: SpoolEntry, cause: DropCause): void {
    rejected.remove(entry.key);
    removeFile(reportPath(paths.rejected, entry.key));
    removeFile(reasonPath(paths, entry.key));
    countDrop(entry, cause);
  }

  /** Keeps the spool within its bytes, and from growing while the disk is nearly full. */
  function makeRoom(sizeBytes: number): void {
    while (queue.size > 0 && queue.bytes + sizeBytes > limits.maxBytes) dropOldest('size');
    const space = diskSpace(paths.pending);
    if (space === undefined) return;
    const reserve = Math.min(limits.minFreeBytes, space.totalBytes * reserveShare);
    if (space.freeBytes - sizeBytes >= reserve) return;
    const target = queue.bytes - sizeBytes;
    while (queue.size > 0 && queue.bytes > target) dropOldest('free-disk');
  }

  function dropOldest(cause: DropCause): void {
    const oldest = queue.oldest();
    if (oldest !== undefined) drop(oldest, cause);
  }

  /** Throws a MonitorError when the disk refuses. */
  function store(key: string, body: Uint8Array): SpoolEntry {
    if (lock === undefined) open();
    const content = encodeReport(key, body);
    makeRoom(content.length);
    const path = reportPath(paths.pending, key);
    try {
      writeFileDurably(path, content);
    } catch (error) {
      if (!(error instanceof MonitorError) || error.code !== 'NOT_AVAILABLE') throw error;
      // The folder was deleted under us: made again, with a lock of its own.
      reopen();
      writeFileDurably(path, content);
    }
    return {
      key,
      epoch: Number(key.slice(0, key.indexOf('-'))),
      sizeBytes: content.length,
      durable: true,
    };
  }

  function reopen(): void {
    logger.error('spool: folder was deleted or replaced, making it again', { folder: paths.root });
    lock?.release();
    lock = undefined;
    open();
  }

  /** Writes what memory holds, oldest first. True where nothing is left in memory. */
  function settleMemory(): boolean {
    for (const [key, body] of memory) {
      try {
        const entry = store(key, body);
        memory.delete(key);
        queue.add(entry);
      } catch (error) {
        noteRefusal(error);
        return false;
      }
    }
    return true;
  }

  function noteRefusal(error: unknown): void {
    const cause = error instanceof MonitorError ? error.cause : error;
    diskIsFull = fullDiskErrors.has(systemErrorCode(cause) ?? '');
    const reason = errorMessage(error);
    if (reason.replace(/\d/g, '') === refusal) return;
    // Keys in the path would make every refusal a new one.
    refusal = reason.replace(/\d/g, '');
    logger.error('spool: the disk refuses reports, the newest are kept in memory', {
      reason,
      maxReports: limits.maxMemoryReports,
    });
  }

  function noteRecovery(): void {
    if (refusal === undefined) return;
    refusal = undefined;
    logger.info('spool: the disk takes reports again', { pendingReports: queue.size });
  }

  function keepInMemory(key: string, epoch: number, body: Uint8Array): SpoolEntry {
    const entry: SpoolEntry = { key, epoch, sizeBytes: body.length, durable: false };
    memory.set(key, body);
    queue.add(entry);
    const held = () => [...memory.values()].reduce((sum, one) => sum + one.length, 0);
    while (
      memory.size > 1 &&
      (memory.size > limits.maxMemoryReports || held() > limits.maxMemoryBytes)
    ) {
      const oldestKey = memory.keys().next().value;
      const oldest = oldestKey === undefined ? undefined : queue.get(oldestKey);
      if (oldest === undefined) break;
      // A full disk gets room for it from the oldest on disk, which is what the promise gives up
      // first; only a disk that takes nothing at all costs the report in memory.
      const oldestOnDisk = diskIsFull ? queue.find((one) => one.durable) : undefined;
      if (oldestOnDisk !== undefined && oldestOnDisk.key < oldest.key) {
        drop(oldestOnDisk, 'free-disk');
      }
      if (!settleMemory()) drop(oldest, 'memory');
    }
    return entry;
  }

  openOrGoOnInMemory();

  return {
    append(epoch, body) {
      dropTooOld();
      const key = createReportKey(epoch);
      if (settleMemory()) {
        try {
          const entry = store(key, body);
          queue.add(entry);
          noteRecovery();
          return entry;
        } catch (error) {
          noteRefusal(error);
        }
      }
      return keepInMemory(key, epoch, body);
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
        content = readFileSync(path);
      } catch (error) {
        const code = systemErrorCode(error);
        if (code !== undefined && passingReadErrors.has(code)) {
          throw wrapSystemError(`read ${path}`, error);
        }
        queue.remove(entry.key);
        if (code !== 'ENOENT') setDamagedAside(fileNameOfKey(entry.key), errorMessage(error));
        return undefined;
      }
      const decoded = decodeReport(entry.key, content);
      if (decoded.kind === 'report') return decoded.body;
      queue.remove(entry.key);
      setDamagedAside(fileNameOfKey(entry.key), decoded.reason);
      return undefined;
    },

    acknowledge(entry) {
      if (!queue.remove(entry.key)) return;
      if (memory.delete(entry.key)) return;
      // No fsync: should a power cut undo the unlink, the report is sent once more under its key.
      if (!removeFile(reportPath(paths.pending, entry.key))) acknowledgedFiles.add(entry.key);
    },

    reject(entry, reason) {
      if (!queue.remove(entry.key)) return;
      const body = memory.get(entry.key);
      memory.delete(entry.key);
      const name = fileNameOfKey(entry.key);
      const moved =
        body === undefined && moveFile(reportPath(paths.pending, entry.key), paths.rejected, name);
      if (!moved) {
        // Held in memory, or on a disk that refuses: it cannot be put aside, and must not be sent
        // for ever either.
        countDrop(entry, 'memory');
        return;
      }
      rejected.add(entry);
      try {
        writeFileSync(reasonPath(paths, entry.key), `${reason}\n`, { mode: ownerOnlyFileMode });
      } catch {
        // The report is aside; only its explanation is missing, and the log has it.
      }
      for (let oldest = rejected.oldest(); oldest !== undefined; oldest = rejected.oldest()) {
        if (rejected.bytes <= limits.maxAsideBytes || rejected.size === 1) break;
        dropRejected(oldest, 'rejected-size');
      }
    },

    counts: () => ({
      pendingReports: queue.size,
      pendingBytes: queue.bytes,
      memoryReports: memory.size,
      oldestEpoch: queue.oldest()?.epoch,
      rejectedReports: rejected.size,
      damagedFiles,
      droppedReports,
    }),

    maintain() {
      const nowMs = clock.monotonicMs();
      if (closed || nowMs - maintainedMs < maintainEveryMs) return;
      maintainedMs = nowMs;
      dropTooOld();
      for (const key of acknowledgedFiles) {
        if (removeFile(reportPath(paths.pending, key))) acknowledgedFiles.delete(key);
      }
      try {
        if (lock === undefined) open();
        else if (!lock.holds()) reopen();
        else if (fileSize(paths.rescan) !== undefined) {
          removeFile(paths.rescan);
          scan();
        }
      } catch (error) {
        noteRefusal(error);
        return;
      }
      if (settleMemory()) noteRecovery();
    },

    close() {
      if (closed) return;
      if (memory.size > 0 && !settleMemory()) {
        logger.error('spool: reports in memory are lost', { reports: memory.size });
      }
      closed = true;
      lock?.release();
      lock = undefined;
    },
  };
}
