import { expect, test } from '@jest/globals';
import { formatStatus } from '../../../src/cli/output/status.ts';
import type { AgentStatus } from '../../../src/status/status-file.ts';

const now = 1_800_000_000;

function statusWith(delivered: Partial<AgentStatus['delivered']>): AgentStatus {
  return {
    version: '1.0.0',
    pid: 4242,
    started_at: now - 3600,
    written_at: now - 1,
    running: true,
    configuration: '/etc/system-monitor/config.json',
    system_id: `Linux-${'0'.repeat(32)}`,
    url: 'https://monitor.example.com/',
    interval: 60,
    collected: { reports: 60, failed: 0, skipped_ticks: 0 },
    delivered: {
      accepted: 60,
      rejected: 0,
      failed_attempts: 0,
      consecutive_failures: 0,
      ...delivered,
    },
    spool: { pending: 0, pending_bytes: 0, rejected: 0, damaged: 0, dropped: 0, in_memory: 0 },
    stuck_mounts: [],
    used: { cpu_seconds: 1, resident_bytes: 60_000_000 },
  };
}

function format(agent: AgentStatus): string {
  const waiting = { reports: 0, bytes: 0, rejected: 0, damaged: 0 };
  return formatStatus({ running: true, waiting, agent }, '/var/lib/system-monitor', now);
}

test('status tells of another machine under this id, and what to do, only where one was seen', () => {
  expect(format(statusWith({}))).not.toContain('Same id');
  const told = format(statusWith({ other_machine_seen_at: now - 120 }));
  expect(told).toMatch(/^Same id: +another machine reports under it \(seen 2 min.* ago\)/m);
  expect(told).toContain('system-monitor generate_system_id --save');
});
