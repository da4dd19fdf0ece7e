/**
 * Reports that the server has not acknowledged yet, on disk: one report, one file.
 * What it promises, and what it may drop, is written in docs/specs/0001-delivery.md.
 */

/** One report that waits. Its key names it for ever: every attempt to send it carries the same one. */
export interface SpoolEntry {
  /** Unique, sortable by age: `<epoch, zero-padded>-<random>`. It is the `Idempotency-Key`. */
  readonly key: string;
  /** Whole seconds since 1970 of the collection. */
  readonly epoch: number;
  readonly sizeBytes: number;
  /** False while the disk refuses it and memory alone holds it. */
  readonly durable: boolean;
}

export interface SpoolCounts {
  /** Reports that wait to be sent, and their size together. */
  readonly pendingReports: number;
  readonly pendingBytes: number;
  /** Those of them that the disk refused and that memory alone holds. */
  readonly memoryReports: number;
  /** Epoch of the oldest that waits, or undefined when none does. */
  readonly oldestEpoch: number | undefined;
  readonly rejectedReports: number;
  readonly damagedFiles: number;
  /** Since this process started: dropped for age, for bytes, for lack of free disk or of memory. */
  readonly droppedReports: number;
  /** When the last of them was, milliseconds since 1970. */
  readonly lastDroppedAtMs?: number;
}

export interface Spool {
  /**
   * Makes a report durable (written, fsynced, renamed, folder fsynced). When this returns a durable
   * entry, the report survives kill -9 and a power cut. Where the disk refuses it, the entry is kept
   * in bounded memory, says so, and is written as soon as the disk takes it. It does not throw.
   */
  append(epoch: number, body: Uint8Array): SpoolEntry;
  /** The entries that wait, oldest first. A snapshot. */
  pending(): readonly SpoolEntry[];
  /** The last entry by age, or undefined. */
  newest(): SpoolEntry | undefined;
  /** The first entry by age that `accepts` takes, or undefined. */
  oldest(accepts: (entry: SpoolEntry) => boolean): SpoolEntry | undefined;
  /**
   * The bytes of one report, checked. Undefined when it is gone or damaged; a damaged one has been
   * put aside and counted by then. Throws a MonitorError when the system does not let it be read just
   * now (too many open files, a virus scanner); the entry stays.
   */
  read(entry: SpoolEntry): Uint8Array | undefined;
  /** Forgets a report that the server acknowledged. Idempotent. */
  acknowledge(entry: SpoolEntry): void;
  /** Puts a report aside that the server will never take. Idempotent. */
  reject(entry: SpoolEntry, reason: string): void;
  counts(): SpoolCounts;
  /**
   * Writes what memory holds if the disk takes it again, drops what is too old, and looks at the
   * folder again where `spool retry` or `spool drop` asked for it. Cheap; called now and then.
   */
  maintain(): void;
  /** Gives the folder's lock back. Idempotent. */
  close(): void;
}
