/** What `status` and `doctor` tell of the background process: its own file, and the spool as it is. */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Disk } from '../base/disk.ts';
import { listSpool } from '../spool/operations.ts';
import { type AgentStatus, readStatus } from './status-file.ts';
import { type Trouble, troublesOf } from './troubles.ts';

export interface StatusReport {
  readonly running: boolean;
  /** Reports that wait on disk now, which a process that died cannot tell. */
  readonly waiting: {
    readonly reports: number;
    readonly bytes: number;
    readonly oldest_epoch?: number;
    readonly rejected: number;
    readonly damaged: number;
  };
  /** What is wrong while it runs; empty where nothing is. */
  readonly troubles: readonly Trouble[];
  /** How it stands with each part, as of the last sample. */
  readonly parts: AgentStatus['parts'];
  /** What should be known of the figures, as of the last sample. */
  readonly remarks: AgentStatus['remarks'];
  /** The rest, as it was written last. Absent when nothing ever ran here. */
  readonly agent?: Omit<AgentStatus, 'parts' | 'remarks'>;
}

/** It is written every 3 s; a machine that swaps may be late with it. */
const freshSeconds = 30;

/** Throws PERMISSION when the state is another user's. */
export function gatherStatus(disk: Disk, stateFolder: string, clock: Clock): StatusReport {
  const status = readStatus(disk, stateFolder);
  const { pending, rejected, damaged } = listSpool(disk, join(stateFolder, 'spool'));
  const [oldest] = pending;
  const nowSeconds = clock.epochMs() / 1000;
  const running = status?.running === true && nowSeconds - status.written_at < freshSeconds;
  return {
    running,
    waiting: {
      reports: pending.length,
      bytes: pending.reduce((sum, entry) => sum + entry.sizeBytes, 0),
      ...(oldest === undefined ? {} : { oldest_epoch: oldest.epoch }),
      rejected: rejected.length,
      damaged: damaged.length,
    },
    troubles: running ? troublesOf(status, nowSeconds) : [],
    ...(status === undefined ? { parts: {}, remarks: [] } : splitHealth(status)),
  };
}

function splitHealth(status: AgentStatus): Pick<StatusReport, 'agent' | 'parts' | 'remarks'> {
  const { parts, remarks, ...agent } = status;
  return { parts, remarks, agent };
}
