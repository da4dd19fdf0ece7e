/**
 * Reports that the server has not acknowledged yet, on disk: one report, one file.
 */

/** One report on disk. Its key names it for ever: every attempt to send it carries the same one. */
export interface SpoolEntry {
  /** Unique, sortable by age: `<epoch, zero-padded>-<random>`. It is the `Idempotency-Key`. */
  readonly key: string;
  /** Whole seconds since 1970 of the collection. */
  readonly epoch: number;
  readonly sizeBytes: number;
}

export interface SpoolCounts {
  /** Reports that wait to be sent, and their size together. */
  readonly pendingReports: number;
  readonly pendingBytes: number;
  /** Epoch of the oldest that waits, or undefined when none does. */
  readonly oldestEpoch: number | undefined;
  readonly rejectedReports: number;
  readonly damagedFiles: number;
  /** Since this process started: dropped for age, for bytes, for lack of free disk. */
  readonly droppedReports: number;
}

export interface Spool {
  /**
   * Makes a report durable (written, fsynced, renamed, folder fsynced). When this returns, the
   * report survives kill -9 and a power cut. Throws a MonitorError when the disk refuses it.
   */
  append(epoch: number, body: Uint8Array): SpoolEntry;
  /** The entries that wait, oldest first. A snapshot. */
  pending(): readonly SpoolEntry[];
  /**
   * The bytes of one report, checked. Undefined when it is gone or damaged; a damaged one has been
   * put aside and counted by then.
   */
  read(entry: SpoolEntry): Uint8Array | undefined;
  /** Forgets a report that the server acknowledged. Idempotent. */
  acknowledge(entry: SpoolEntry): void;
  /** Puts a report aside that the server will never take. Idempotent. */
  reject(entry: SpoolEntry, reason: string): void;
  counts(): SpoolCounts;
  /** Gives the folder's lock back. Idempotent. */
  close(): void;
}
