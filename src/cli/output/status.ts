/** What `status` says, for people. */
import { printable } from '../../base/printable.ts';
import { formatEpochSeconds } from '../../base/time.ts';
import { formatBytes, formatDuration } from '../../base/units.ts';
import type { StatusReport } from '../../status/gather.ts';
import type { AgentStatus } from '../../status/status-file.ts';

/** `nowSeconds` since 1970. */
export function formatStatus(
  report: StatusReport,
  stateFolder: string,
  nowSeconds: number,
): string {
  const { agent, running, waiting } = report;
  const ago = (epoch: number) => `${formatDuration(nowSeconds - epoch)} ago`;
  const lines: [string, string][] = [];
  if (agent === undefined) {
    lines.push(['Running', `no, and it never did with its state in ${stateFolder}`]);
  } else {
    lines.push([
      'Running',
      running
        ? `yes, for ${formatDuration(nowSeconds - agent.started_at)} (version ${agent.version}, pid ${agent.pid})`
        : `no; last heard of ${ago(agent.written_at)}`,
    ]);
    lines.push(['Reports', `every ${agent.interval} s to ${agent.url} as ${agent.system_id}`]);
    lines.push(...deliveryLines(agent, ago));
  }
  lines.push(['Waiting', waitingText(waiting, nowSeconds)]);
  if (waiting.rejected > 0) {
    lines.push(['Rejected', `${waiting.rejected} (see: system-monitor spool list)`]);
  }
  if (waiting.damaged > 0) lines.push(['Damaged', `${waiting.damaged} files put aside`]);
  if (agent !== undefined) lines.push(...healthLines(agent));
  return lines.map(([name, text]) => `${`${name}:`.padEnd(14)}${printable(text)}\n`).join('');
}

function deliveryLines(agent: AgentStatus, ago: (epoch: number) => string): [string, string][] {
  const { delivered } = agent;
  const lines: [string, string][] = [];
  lines.push([
    'Acknowledged',
    delivered.last_acknowledged_epoch === undefined
      ? 'nothing since it started'
      : `${delivered.accepted} since it started; the last is of ${formatEpochSeconds(delivered.last_acknowledged_epoch)} (${ago(delivered.last_acknowledged_epoch)})`,
  ]);
  if (delivered.consecutive_failures > 0 && delivered.last_error !== undefined) {
    const { at, reason } = delivered.last_error;
    lines.push([
      'Failing',
      `${delivered.consecutive_failures} attempts in a row; last ${ago(at)}: ${reason}`,
    ]);
  }
  if (delivered.other_machine_seen_at !== undefined) {
    lines.push([
      'Same id',
      `another machine reports under it (seen ${ago(delivered.other_machine_seen_at)}); on one of them: system-monitor generate_system_id --save`,
    ]);
  }
  return lines;
}

function waitingText(waiting: StatusReport['waiting'], nowSeconds: number): string {
  if (waiting.reports === 0) return 'nothing';
  const age =
    waiting.oldest_epoch === undefined
      ? ''
      : `, the oldest ${formatDuration(nowSeconds - waiting.oldest_epoch)} old`;
  return `${waiting.reports} reports (${formatBytes(waiting.bytes)})${age}`;
}

function healthLines(agent: AgentStatus): [string, string][] {
  const { collected, spool, stuck_mounts: stuckMounts, used } = agent;
  const lines: [string, string][] = [];
  const faults = [
    [collected.failed, 'reports could not be made'],
    [collected.skipped_ticks, 'ticks were skipped'],
    [spool.dropped, 'unsent reports were dropped'],
    [spool.in_memory, 'wait in memory alone: the disk refuses them'],
  ] as const;
  for (const [count, what] of faults)
    if (count > 0) lines.push(['Since start', `${count} ${what}`]);
  if (stuckMounts.length > 0) lines.push(['Stuck mounts', stuckMounts.join(', ')]);
  lines.push([
    'Its own use',
    `${used.cpu_seconds.toFixed(1)} s of CPU, ${formatBytes(used.resident_bytes)} of memory`,
  ]);
  return lines;
}
