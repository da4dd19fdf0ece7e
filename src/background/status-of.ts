/** From the parts' own states to the status that is written down. */
import type { AgentState } from '../agent/agent.ts';
import { buildInfo } from '../base/build-info.ts';
import { redactText } from '../base/redact.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Health } from '../collectors/collect-stats.ts';
import type { DeliveryState } from '../delivery/delivery.ts';
import type { Settings } from '../settings/settings.ts';
import { showSetting } from '../settings/show.ts';
import type { SpoolCounts } from '../spool/spool.ts';
import type { AgentStatus } from '../status/status-file.ts';

export interface StatusParts {
  readonly runtime: Pick<Runtime, 'clock' | 'pid' | 'usage'>;
  readonly startedAt: number;
  readonly running: boolean;
  readonly configurationFile: string;
  readonly settings: Settings;
  readonly systemId: string;
  /** Of its settings (reload.ts). */
  readonly trouble: { readonly sinceMs: number; readonly reason: string } | undefined;
  /** Why reports are kept and not sent (config/destination.ts). */
  readonly waitsBecause: string | undefined;
  readonly agent: AgentState;
  readonly delivery: DeliveryState;
  readonly spool: SpoolCounts;
  readonly health: Health;
  /** What is to be known of the reports themselves. */
  readonly reportRemarks: Health['remarks'];
}

export function statusOf(parts: StatusParts): AgentStatus {
  const { agent, delivery, health, runtime, settings, spool } = parts;
  const remarks = [...health.remarks, ...parts.reportRemarks];
  const { cpuSeconds, residentBytes } = runtime.usage();
  return {
    version: buildInfo().version,
    pid: runtime.pid,
    started_at: parts.startedAt,
    written_at: seconds(runtime.clock.epochMs()),
    running: parts.running,
    configuration: parts.configurationFile,
    ...(parts.trouble === undefined
      ? {}
      : {
          configuration_trouble: {
            since: seconds(parts.trouble.sinceMs),
            reason: redactText(parts.trouble.reason),
          },
        }),
    system_id: parts.systemId,
    url: showSetting('url', settings.url),
    ...known('waits_because', parts.waitsBecause),
    interval: settings.interval,
    collected: {
      reports: agent.collectedReports,
      failed: agent.failedReports,
      skipped_ticks: agent.skippedTicks,
      consecutive_failures: agent.consecutiveFailures,
      ...known('failing_since', inSeconds(agent.failingSinceMs)),
      ...lastErrorOf(agent.lastError),
      ...known('last_epoch', agent.lastCollectedEpoch),
      ...known('last_duration_ms', agent.lastCollectMs),
    },
    delivered: {
      accepted: delivery.acceptedReports,
      rejected: delivery.rejectedReports,
      failed_attempts: delivery.failedAttempts,
      consecutive_failures: delivery.consecutiveFailures,
      ...known('last_acknowledged_epoch', delivery.lastAcknowledgedEpoch),
      ...known('last_acknowledged_at', inSeconds(delivery.lastAcknowledgedAtMs)),
      ...known('next_attempt_at', inSeconds(delivery.nextAttemptAtMs)),
      ...known('other_machine_seen_at', inSeconds(delivery.otherMachineSeenAtMs)),
      ...lastErrorOf(delivery.lastError),
    },
    spool: {
      pending: spool.pendingReports,
      pending_bytes: spool.pendingBytes,
      ...known('oldest_epoch', spool.oldestEpoch),
      rejected: spool.rejectedReports,
      damaged: spool.damagedFiles,
      dropped: spool.droppedReports,
      ...known('last_dropped_at', inSeconds(spool.lastDroppedAtMs)),
      in_memory: spool.memoryReports,
    },
    stuck_mounts: remarks
      .filter(({ kind }) => kind === 'mount.stuck')
      .map(({ subject }) => subject)
      .sort(),
    parts: partsOf(health),
    remarks: remarks.map(({ kind, ...remark }) => ({ remark: kind, ...remark })),
    used: { cpu_seconds: cpuSeconds, resident_bytes: residentBytes },
  };
}

function partsOf({ parts }: Health): AgentStatus['parts'] {
  return Object.fromEntries(
    [...parts].map(([part, { state, sinceEpoch, lastGoodEpoch, tookMs, error }]) => [
      part,
      {
        state,
        since: sinceEpoch,
        ...known('last_good_epoch', lastGoodEpoch),
        ...(error === undefined ? {} : { code: error.code, reason: error.message }),
        took_ms: tookMs,
      },
    ]),
  );
}

function lastErrorOf(
  error: DeliveryState['lastError'],
): Pick<AgentStatus['delivered'], 'last_error'> {
  if (error === undefined) return {};
  const { atMs, code, reason } = error;
  return { last_error: { at: seconds(atMs), code, reason: redactText(reason) } };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : seconds(ms);
}

/** What is not known is left out. */
function known<Key extends string, Value extends number | string>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  const fields: { [K in Key]?: Value } = {};
  if (value !== undefined) fields[key] = value;
  return fields;
}
