import { expect, test } from '@jest/globals';
import { formatStatus } from '../../../src/cli/output/status.ts';
import type { AgentStatus } from '../../../src/status/status-file.ts';
import { troublesOf } from '../../../src/status/troubles.ts';
import { exampleStatus, statusNow as now } from '../../support/agent-status.ts';

function format(changes: Partial<AgentStatus>, running = true): string {
  const status = exampleStatus(changes);
  const { parts, remarks, ...agent } = status;
  const waiting = { reports: 0, bytes: 0, rejected: 0, damaged: 0 };
  const troubles = troublesOf(status, now);
  const report = { running, waiting, troubles, parts, remarks, agent };
  return formatStatus(report, '/var/lib/system-monitor', now);
}

test('status tells of another machine under this id, and what to do, only where one was seen', () => {
  expect(format({})).not.toContain('Same id');
  const { delivered } = exampleStatus();
  const told = format({ delivered: { ...delivered, other_machine_seen_at: now - 120 } });
  expect(told).toMatch(/^Same id: +another machine reports with the same id \(seen 2 min.* ago\)/m);
  expect(told).toContain('system-monitor generate_system_id --save');
});

test('status says that reports wait for a URL, and not that they go to the default', () => {
  const { delivered } = exampleStatus();
  const told = format({
    url: 'http://127.0.0.1:5000',
    waits_because: 'no URL is set. Set one: …',
    delivered: {
      ...{ ...delivered, consecutive_failures: 1 },
      last_error: { at: now - 60, code: 'URL_NOT_SET', reason: 'no URL is set' },
    },
  });
  expect(told).toMatch(/^Reports: +every 60 s as \S+, kept until a URL is set$/m);
  expect(told).toMatch(/^Not sent: +no URL is set\. Set one: …$/m);
  expect(told).not.toMatch(/5000|Failing/);
});

test('status says that the settings are those of before, since when and why, while it runs', () => {
  const reason = 'read /etc/x.json: interval = "soon": must be a number; scope = "moon": …';
  const configuration_trouble = { since: now - 180, reason };
  expect(format({ configuration_trouble })).toMatch(
    /^Settings: +as they were 3 min ago; read \/etc\/x\.json: interval = "soon": must be a number; scope/m,
  );
  expect(troublesOf(exampleStatus({ configuration_trouble }), now)).toMatchObject([
    { code: 'settings', detail: expect.stringContaining(reason) },
  ]);
  expect(format({})).not.toContain('Settings:');
  expect(format({ configuration_trouble }, false)).not.toContain('Settings:');
});

const unwell: Partial<AgentStatus> = {
  parts: {
    cpu: { state: 'ok', since: now - 600, last_good_epoch: now - 5, took_ms: 1 },
    disks: {
      state: 'failed',
      since: now - 300,
      last_good_epoch: now - 360,
      took_ms: 1,
      code: 'PERMISSION',
      reason: 'read /proc/self/mountinfo: EACCES',
    },
    processes: { state: 'off', since: now - 300, took_ms: 0 },
    network: { state: 'empty', since: now - 60, took_ms: 1 },
  },
  remarks: [{ remark: 'disks.hidden', subject: '/data', reason: 'EACCES', since: now - 60 }],
  collected: {
    ...exampleStatus().collected,
    failed: 2,
    skipped_ticks: 1,
    consecutive_failures: 2,
    failing_since: now - 120,
    last_error: { at: now - 60, code: 'TIMEOUT', reason: 'collect cpu: late' },
  },
  spool: { ...exampleStatus().spool, in_memory: 1, dropped: 12 },
};

test('status names what is not as it should be, and nothing else', () => {
  const lines = format(unwell).split('\n');
  expect(lines.slice(4, -2)).toEqual([
    'Not read:     disks, for 5 min (last read 6 min ago): read /proc/self/mountinfo: EACCES',
    'Empty:        network: nothing to report for 1 min',
    'Remark:       The disk at /data is left out: EACCES',
    'Not made:     2 reports in a row, for 2 min: collect cpu: late',
    'Not on disk:  1 report is only in memory, because the disk refuses them',
    'Since start:  2 reports could not be made',
    'Since start:  1 tick was skipped',
    'Since start:  12 unsent reports were dropped',
  ]);
  expect(format({})).not.toMatch(/Not|Empty|Remark|Since/);
});

test('of a process that does not run, what its parts were is history', () => {
  expect(format(unwell, false)).not.toMatch(/Not read|Empty|Remark/);
});
