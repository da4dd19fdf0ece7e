/**
 * What is wrong with a background process that runs, for `status --check`. A remark is not wrong
 * (a machine without IPv4, a disk that the system keeps secret), nor is what waits for a person
 * (reports that were rejected): a container must not be restarted for those.
 */
import type { AgentStatus } from './status-file.ts';

export interface Trouble {
  /** Stable, for programs. */
  readonly code:
    | 'settings'
    | 'url_missing'
    | 'part_failed'
    | 'report_failed'
    | 'report_late'
    | 'delivery_failing'
    | 'disk_refuses'
    | 'report_dropped'
    | 'mount_stuck'
    | 'duplicate_system_id';
  /** Which part, which mount. */
  readonly subject?: string;
  /** For people: a sentence without its full stop. */
  readonly detail: string;
}

/** What happened at one moment is wrong for this long, and history afterwards. */
const recentSeconds = 3600;
/** A report that is so many intervals late is missing. */
const lateIntervals = 3;
const lateSecondsMin = 60;

export function troublesOf(agent: AgentStatus, nowSeconds: number): readonly Trouble[] {
  const { collected, delivered, spool } = agent;
  const troubles: Trouble[] = [];
  const add = (holds: boolean, code: Trouble['code'], detail: string, subject?: string): void => {
    if (holds) troubles.push({ code, ...(subject === undefined ? {} : { subject }), detail });
  };
  const isRecent = (at: number | undefined): boolean =>
    at !== undefined && nowSeconds - at < recentSeconds;

  const { configuration_trouble: ofSettings } = agent;
  const reason = ofSettings?.reason ?? '';
  add(ofSettings !== undefined, 'settings', `The settings of before stay in force: ${reason}`);
  const { waits_because: waits } = agent;
  add(waits !== undefined, 'url_missing', `Reports are kept and not sent: ${waits}`);
  for (const [part, { state, reason = '' }] of Object.entries(agent.parts)) {
    add(state === 'failed', 'part_failed', `${part} cannot be read: ${reason}`, part);
  }
  for (const mountPoint of agent.stuck_mounts) {
    add(true, 'mount_stuck', `${mountPoint} does not answer`, mountPoint);
  }
  const isUnmade = collected.consecutive_failures > 0;
  add(isUnmade, 'report_failed', `No report can be made: ${collected.last_error?.reason ?? ''}`);
  const lastEpoch = collected.last_epoch ?? agent.started_at;
  const lateSeconds = Math.max(lateIntervals * agent.interval, lateSecondsMin);
  const isLate = !isUnmade && nowSeconds - lastEpoch > lateSeconds;
  add(isLate, 'report_late', 'No report was made when it was due');
  const isFailing = waits === undefined && delivered.consecutive_failures > 0;
  add(
    isFailing,
    'delivery_failing',
    `Sending reports fails: ${delivered.last_error?.reason ?? ''}`,
  );
  const { other_machine_seen_at: otherSeenAt } = delivered;
  add(isRecent(otherSeenAt), 'duplicate_system_id', 'Another machine reports with this system id');
  add(
    spool.in_memory > 0,
    'disk_refuses',
    'The disk refuses reports; the newest are kept in memory',
  );
  add(isRecent(spool.last_dropped_at), 'report_dropped', 'Unsent reports were dropped');
  return troubles;
}
