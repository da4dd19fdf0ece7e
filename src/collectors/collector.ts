/**
 * What a collector is, and what it is given. Each part has a folder with its row (part.ts) in
 * index.ts, and one file for each kind of system.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { MountProber } from '../host/linux/mount-prober.ts';
import type { ReadFileSystemBlocks } from '../host/linux/statfs.ts';
import type { InterfaceList } from './network/addresses.ts';

/**
 * `linux` reads the kernel's files, `win32` calls Win32 in the process, `portable` asks
 * systeminformation and Node: for everything else, and where a native call is refused.
 */
export const systemKinds = ['linux', 'win32', 'portable'] as const;
export type SystemKind = (typeof systemKinds)[number];

export interface Collector<Value> {
  /**
   * Takes one sample. It throws a MonitorError when the figure cannot be had; the caller then
   * leaves that part of the report empty. It may be called again at any time, never concurrently
   * with itself. State between samples (the last CPU times, users' names) is its own.
   */
  collect(signal?: AbortSignal): Promise<Value>;
  /** Frees what it holds: child processes, handles. Idempotent. */
  close?(): void;
}

/** Where the running system's files are. Other roots serve `--host-root` and captured systems. */
export interface SystemRoots {
  /** `/proc`, or `<host root>/proc`. */
  readonly proc: string;
  /** `/sys`, or `<host root>/sys`. */
  readonly sys: string;
  /** `/etc`, or `<host root>/etc`. */
  readonly etc: string;
  /** Prefix under which mount points are reached: empty, or the host root. */
  readonly mountPrefix: string;
}

/** What is asked of the kernel by calls. Captured systems answer in its place. */
export interface SystemCalls {
  readonly listInterfaces: () => InterfaceList;
  readonly readBlocks: ReadFileSystemBlocks;
  readonly mountProber: MountProber;
  /** Whether a device has a file. */
  readonly exists: (path: string) => boolean;
}

export interface CollectorContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** As `process.platform` spells it. */
  readonly platform: NodeJS.Platform;
  readonly roots: SystemRoots;
  readonly settings: CollectorSettings;
  /** The real ones unless told. */
  readonly calls?: Partial<SystemCalls>;
  /**
   * A program and its arguments that print one mount's figures (`formatBlocks`), given the mount
   * point as last argument: this executable itself, for systems without stat(1).
   */
  readonly mountProbe?: readonly string[];
  /** Told at each sample which mount points do not answer and are left alone, sorted. */
  readonly onStuckMounts?: (mountPoints: readonly string[]) => void;
}

/**
 * How much is said of each process. `full` is what the original sends; `names` leaves the users
 * out, `count` sends their number alone, `off` an empty list.
 */
export const processDetails = ['full', 'names', 'count', 'off'] as const;
export type ProcessDetail = (typeof processDetails)[number];

/** Whose CPU and memory are meant: the machine's, or those of the container that this runs in. */
export const scopes = ['host', 'container'] as const;
export type Scope = (typeof scopes)[number];

/**
 * What the user can change about collecting. Patterns are globs as filter.ts explains them; an
 * empty list of includes means everything.
 */
export interface CollectorSettings {
  /** How long one collector may take before its part is left empty. */
  readonly deadlineMs: number;
  readonly scope: Scope;
  readonly processesDetail: ProcessDetail;
  /** Matched against a process's name. */
  readonly processesInclude: readonly string[];
  readonly processesExclude: readonly string[];
  /** Matched against a disk's device and its mount point; one match is enough. */
  readonly disksInclude: readonly string[];
  readonly disksExclude: readonly string[];
  /** Matched against an interface's name. */
  readonly networkInclude: readonly string[];
  readonly networkExclude: readonly string[];
}

/** What the original sends. */
export const defaultCollectorSettings: CollectorSettings = {
  deadlineMs: 5000,
  scope: 'host',
  processesDetail: 'full',
  processesInclude: [],
  processesExclude: [],
  disksInclude: [],
  disksExclude: [],
  networkInclude: [],
  networkExclude: [],
};

export type CollectorFactory<Value> = (context: CollectorContext) => Collector<Value>;

/**
 * Lazy, so that a Linux machine never loads what only Windows needs. `none` where such a system does
 * not tell it.
 */
export type CollectorTable<Value> = Readonly<
  Record<SystemKind, (() => Promise<CollectorFactory<Value>>) | 'none'>
>;
