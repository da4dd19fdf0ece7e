/**
 * What a collector is, and what it is given. Each of cpu/ memory/ processes/ disks/ network/ has an
 * index.ts with a table of one factory for each kind of system, and one file for each of them.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';

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

export interface CollectorContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** As `process.platform` spells it. */
  readonly platform: NodeJS.Platform;
  readonly roots: SystemRoots;
  readonly settings: CollectorSettings;
}

/** What the user can change about collecting. The defaults send what the original sends. */
export interface CollectorSettings {
  /** How long one collector may take before its part is left empty. */
  readonly deadlineMs: number;
}

export type CollectorFactory<Value> = (context: CollectorContext) => Collector<Value>;

/** Lazy, so that a Linux machine never loads what only Windows needs. */
export type CollectorTable<Value> = Readonly<
  Record<SystemKind, () => Promise<CollectorFactory<Value>>>
>;
