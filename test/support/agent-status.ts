import type { AgentStatus } from '../../src/status/status-file.ts';
import { exampleSystemId } from './report.ts';

/** Seconds since 1970, a second after `exampleStatus` was written. */
export const statusNow = 1_800_000_000;

/** Of a background process with which all is well, but for what the test says. */
export function exampleStatus(changes: Partial<AgentStatus> = {}): AgentStatus {
  return {
    version: '1.0.0',
    pid: 4242,
    started_at: statusNow - 3600,
    written_at: statusNow - 1,
    running: true,
    configuration: '/etc/system-monitor/config.json',
    system_id: exampleSystemId,
    url: 'https://monitor.example.com/',
    interval: 60,
    collected: {
      reports: 60,
      failed: 0,
      skipped_ticks: 0,
      consecutive_failures: 0,
      last_epoch: statusNow - 30,
    },
    delivered: { accepted: 60, rejected: 0, failed_attempts: 0, consecutive_failures: 0 },
    spool: { pending: 0, pending_bytes: 0, rejected: 0, damaged: 0, dropped: 0, in_memory: 0 },
    stuck_mounts: [],
    parts: {
      cpu: { state: 'ok', since: statusNow - 3600, last_good_epoch: statusNow - 30, took_ms: 0.4 },
    },
    remarks: [],
    used: { cpu_seconds: 1, resident_bytes: 60_000_000 },
    ...changes,
  };
}
