/** Whether the disk takes reports just now. Said once when that changes, not at every report. */
import { errorMessage, isForeseen, MonitorError, systemErrorCode } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';

export interface DiskRefusal {
  /** True where the last refusal was for lack of room. */
  readonly isForRoom: boolean;
  /** Throws what no system refused: a bug of ours must not pass for a full disk. */
  note(error: unknown): void;
  /** The disk took everything. */
  noteRecovery(pendingReports: number): void;
}

const roomErrors = new Set(['ENOSPC', 'EDQUOT']);

export function createDiskRefusal(logger: Logger): DiskRefusal {
  let refusal: string | undefined;
  let isForRoom = false;
  return {
    get isForRoom() {
      return isForRoom;
    },
    note(error) {
      const code = refusalCode(error);
      if (code === undefined && !isForeseen(error)) throw error;
      isForRoom = isLackOfRoom(error);
      const reason = errorMessage(error);
      // The reason names the file, and would be a new one each time.
      if ((code ?? reason) === refusal) return;
      refusal = code ?? reason;
      logger.error('spool.disk_refused', { reason });
    },
    noteRecovery(pendingReports) {
      if (refusal === undefined) return;
      refusal = undefined;
      logger.info('spool.disk_recovered', { waiting: pendingReports });
    },
  };
}

export function isLackOfRoom(error: unknown): boolean {
  return roomErrors.has(refusalCode(error) ?? '');
}

function refusalCode(error: unknown): string | undefined {
  return systemErrorCode(error instanceof MonitorError ? error.cause : error);
}
