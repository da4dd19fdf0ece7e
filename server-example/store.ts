/**
 * What the receiver asks of whatever keeps its reports. One contract, run over every store:
 * test/contract/store.test.ts.
 *
 * Moments are whole seconds since 1970. `epoch` is the machine's own clock at collection;
 * `receivedAt` is this receiver's clock. A report is told from others by its system id, its `epoch`
 * and, where both are the same, its JSON.
 */

/** The figures that are kept beside a report, so that no list or chart has to open the JSON. */
export interface Figures {
  readonly cpuCount: number;
  /** MHz; null where the machine tells none. */
  readonly cpuFrequency: number | null;
  readonly cpuPercent: number;
  readonly memoryTotalBytes: number;
  readonly memoryUsedBytes: number;
  readonly memoryPercent: number;
  /** null where the machine keeps its processes to itself. */
  readonly processCount: number | null;
  /** The report's `disks` and `network` objects as JSON: a few hundred bytes each. */
  readonly disks: string;
  readonly network: string;
}

export interface IncomingReport extends Figures {
  readonly systemId: string;
  readonly epoch: number;
  readonly receivedAt: number;
  readonly intervalSeconds: number;
  readonly url: string;
  /** The request's JSON, as it was sent, whole. */
  readonly body: string;
  /**
   * Stored only where fewer different reports of its system and second are there. 1 for a sender who
   * has had his share of that second: whatever he sends, there is room left for others.
   */
  readonly copiesMax: number;
}

/**
 * `conflict`: stored as well, though another report of this system and second is there. Its clock was
 * set back, or two machines share the id; both reports were collected, so both are kept.
 * `excess`: not stored, because as many different reports of this second as it may have beside it are
 * there.
 */
export type InsertOutcome = 'stored' | 'duplicate' | 'conflict' | 'excess';

/**
 * Different reports of one system and second that are kept at the most, whoever sent them. Each new
 * one is compared with all that are there, so no bound at all would not be borne.
 */
export const copiesMax = 1000;

/** A registered system and its newest figures; `newest` is null until its first report. */
export interface SystemRow {
  readonly id: string;
  /** What its owner calls it; null until somebody named it. */
  readonly name: string | null;
  readonly registeredAt: number;
  readonly newest: NewestFigures | null;
}

export interface NewestFigures extends Figures {
  readonly epoch: number;
  /** When anything was last heard of it, a report of its backlog included. */
  readonly receivedAt: number;
  readonly intervalSeconds: number;
  readonly url: string;
  /** The report before the newest: its counters and the newest ones give rates. */
  readonly before: { readonly epoch: number; readonly network: string } | null;
}

export interface HistoryPoint {
  /** Of the last report in this bucket. */
  readonly epoch: number;
  readonly reports: number;
  readonly cpuPercentAverage: number;
  readonly cpuPercentMax: number;
  readonly memoryPercentAverage: number;
  readonly memoryPercentMax: number;
  /** As they stood in the bucket's last report. */
  readonly disks: string;
  readonly network: string;
}

export interface HistoryQuery {
  readonly systemId: string;
  readonly from: number;
  readonly to: number;
  readonly bucketSeconds: number;
}

export interface PruneLimits {
  readonly receivedBefore: number;
  readonly hourlyBefore: number;
}

export interface PruneResult {
  readonly reportsFolded: number;
  /** The pass is not at its end; call again. A pass costs what it folds, and a look at each system. */
  readonly more: boolean;
}

export interface Store {
  /** Calls of `insert` that make progress beside each other: 1 where there is one writer. */
  readonly concurrentInserts: number;
  /**
   * Stores a batch, and resolves once it would survive a power cut. A report whose (systemId, epoch)
   * and JSON are there already is a `duplicate` and changes nothing. One of other JSON is stored
   * beside the first, as a `conflict`. The first report of an id registers it.
   * All of the batch or nothing: rejects with StoreUnavailable when it cannot be written now.
   */
  insert(batch: readonly IncomingReport[]): Promise<readonly InsertOutcome[]>;
  isRegistered(systemId: string): Promise<boolean>;
  /** True if the id is new. */
  register(systemId: string, at: number): Promise<boolean>;
  /** Names a system; null takes the name away. False if there is no such system. */
  rename(systemId: string, name: string | null): Promise<boolean>;
  /**
   * Removes an id and everything of it, in steps: what it has reported goes first, and if that fails
   * midway the id is still there to be forgotten. False if there was none.
   */
  forget(systemId: string): Promise<boolean>;
  /** The ids of all systems, by code unit. */
  systemIds(): Promise<readonly string[]>;
  /** All systems, or those of `ids`, by id. */
  systems(ids?: readonly string[]): Promise<readonly SystemRow[]>;
  /** The newest report's JSON as it was sent; the one that came last where a second has several. */
  newestReport(systemId: string): Promise<string | undefined>;
  /** The newest whole report collected at or before `epoch` that is still kept, likewise. */
  reportAt(systemId: string, epoch: number): Promise<string | undefined>;
  /**
   * One step of a pass: folds a bounded number of reports that arrived before `receivedBefore` into
   * hourly averages, and drops hours before `hourlyBefore`. Each system's newest report stays however
   * old it is. A report counts by its arrival, so that a backlog which arrives late is kept as long as
   * others; where a second has several, they stay as long as the last of them. One of a clock that was
   * less than a day ahead may stay until its own epoch is as old.
   */
  prune(limits: PruneLimits): Promise<PruneResult>;
  /** Oldest first; empty buckets are left out. Reports and folded hours together. */
  history(query: HistoryQuery): Promise<readonly HistoryPoint[]>;
  /** Writes something that changes nothing. Rejects with StoreUnavailable where it cannot now. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The store cannot take or give anything now (full disk, lost connection); later it may. */
export class StoreUnavailable extends Error {
  readonly code = 'STORE_UNAVAILABLE';

  constructor(operation: string, cause: unknown) {
    super(`${operation}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'StoreUnavailable';
  }
}

/**
 * Where a report stands among those of its system. A machine whose clock once ran ahead must not
 * keep that moment as its newest for ever, so nothing counts as later than its arrival.
 */
export function momentOf(report: { readonly epoch: number; readonly receivedAt: number }): number {
  return Math.min(report.epoch, report.receivedAt);
}
