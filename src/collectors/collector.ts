/**
 * What a collector is, and what it is given. Each part has a folder with its row (part.ts) in
 * index.ts, and one file for each kind of system.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Remarks } from '../base/remarks.ts';
import type { MountProber } from '../host/linux/mount-prober.ts';
import type { ReadFileSystemBlocks } from '../host/linux/statfs.ts';
import type { RunCommand } from '../host/run-command.ts';
import type { SettingsOf } from '../settings/settings.ts';
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
  /** For ip(8). */
  readonly runCommand: RunCommand;
  readonly readBlocks: ReadFileSystemBlocks;
  readonly mountProber: MountProber;
  /** Whether a device has a file. */
  readonly exists: (path: string) => boolean;
}

export interface CollectorContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where a collector says what should be known of its figures. */
  readonly remarks: Remarks;
  /** Takes the names that were cut, where they are to be marked for people. */
  readonly cutNames?: Set<string>;
  /** As `process.platform` spells it. */
  readonly platform: NodeJS.Platform;
  readonly roots: SystemRoots;
  readonly settings: CollectingSettings;
  /** Figures are wanted that are shown and never sent: of one part, at a terminal or `--wide`. */
  readonly isShown?: boolean;
  /** How long one collector may take before its part is left empty. */
  readonly deadlineMs: number;
  /** The real ones unless told. */
  readonly calls?: Partial<SystemCalls>;
  /**
   * A program and its arguments that print one mount's figures (`formatBlocks`), given the mount
   * point as last argument: this executable itself, for systems without stat(1).
   */
  readonly mountProbe?: readonly string[];
  /** Whether macOS is asked in this process (darwin-native.ts). */
  readonly asksNatively?: boolean;
}

/** What the user can change about collecting; the table of settings explains each. */
export type CollectingSettings = SettingsOf<'collectors'>;

/** `deadlineMs`, where nothing else is wanted. */
export const collectorDeadlineMs = 5000;

export type CollectorFactory<Value> = (context: CollectorContext) => Collector<Value>;

/**
 * Lazy, so that a Linux machine never loads what only Windows needs. `none` where such a system does
 * not tell it.
 */
export type CollectorTable<Value> = Readonly<
  Record<SystemKind, (() => Promise<CollectorFactory<Value>>) | 'none'>
>;
