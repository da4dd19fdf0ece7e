/** What programs/hostile-scenario.ts does and sees, and hostile.test.ts expects. */

export interface SeenReport {
  readonly epoch: number;
  readonly bytes: number;
  readonly processes: number;
  readonly interfaces: number;
  readonly disks: readonly string[];
  readonly longestNameBytes: number;
}

export interface Seen {
  /** Those that came in the watched seconds. */
  readonly reports: readonly SeenReport[];
  /** Of `status --json`. */
  readonly status: {
    readonly running: boolean;
    readonly remarks: readonly { readonly remark: string }[];
  };
  readonly stopMs: number;
  readonly exitCode: number | null;
}

export const hostile = {
  processes: 150,
  mounts: 20,
  interfaces: 1000,
  watchedSeconds: 8,
  /** Less than all of it needs. */
  reportKib: 100,
} as const;
