/** What became of the reports since this start: counted for `status`, deciding nothing. */

export interface Tally {
  /** Epoch (seconds) of the collection of the report acknowledged last, since this start. */
  readonly lastAcknowledgedEpoch: number | undefined;
  /** When that was, milliseconds since 1970. */
  readonly lastAcknowledgedAtMs: number | undefined;
  readonly lastError: LastError | undefined;
  /**
   * When the receiver last said that another machine reports under this id, milliseconds since
   * 1970. Only the receiver can know: it sees two reports of one second under two keys.
   */
  readonly otherMachineSeenAtMs: number | undefined;
  readonly acceptedReports: number;
  readonly rejectedReports: number;
  readonly failedAttempts: number;
}

export interface LastError {
  readonly atMs: number;
  readonly code: string;
  readonly reason: string;
}

export const noTally: Tally = {
  lastAcknowledgedEpoch: undefined,
  lastAcknowledgedAtMs: undefined,
  lastError: undefined,
  otherMachineSeenAtMs: undefined,
  acceptedReports: 0,
  rejectedReports: 0,
  failedAttempts: 0,
};
