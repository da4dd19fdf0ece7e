/**
 * All that the program takes from its surroundings, made once by main.ts. Tests hand in their own.
 */
import type { Clock } from './clock.ts';
import type { Disk } from './disk.ts';

export interface OutputStream {
  /**
   * Resolves when the text has left the process, so that ending it cuts nothing off. Where it cannot
   * be written, standard output rejects with a MonitorError; standard error is done without.
   */
  write(text: string): Promise<void>;
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: () => number;
}

export interface Runtime {
  /** The words after the program's own name. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** How this program is started again: the executable, or Node and a file. */
  readonly selfCommand: readonly string[];
  /** Of the Node that this runs on: `24.21.0`. */
  readonly nodeVersion: string;
  readonly pid: number;
  /** The effective user, or undefined where the system has no such number (Windows). */
  readonly userId: number | undefined;
  readonly homeFolder: string;
  readonly hostName: string;
  readonly clock: Clock;
  readonly disk: Disk;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly stdin: {
    readonly isTerminal: boolean;
    /** Calls back at Esc while a prompt reads the keys; returns what stops that. */
    readonly onEscape: (listener: () => void) => () => void;
  };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Calls back at SIGINT, SIGTERM or SIGHUP; returns what stops that. */
  readonly onSignal: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void) => () => void;
  /**
   * Calls back with what was thrown where nobody catches it, a rejected promise among it: a bug. The
   * last to ask is told, and has to end the process. Returns what stops that.
   */
  readonly onUncaught: (listener: (error: unknown) => void) => () => void;
  /** CPU seconds and resident bytes that this process has used. */
  readonly usage: () => { readonly cpuSeconds: number; readonly residentBytes: number };
}
