/** What `status` says, for people. */
import { printable } from '../../base/printable.ts';
import { formatEpochSeconds } from '../../base/time.ts';
import { formatBytes, formatDuration, plural } from '../../base/units.ts';
import type { StatusReport } from '../../status/gather.ts';
import { healthLines, type Line } from './health.ts';

type Agent = NonNullable<StatusReport['agent']>;

/** `nowSeconds` since 1970. */
export function formatStatus(
  report: StatusReport,
  stateFolder: string,
  nowSeconds: number,
): string {
  const { agent, running, waiting } = report;
  const ago = (epoch: number) => `${formatDuration(nowSeconds - epoch)} ago`;
  const lines: Line[] = [];
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
  if (waiting.damaged > 0)
    lines.push(['Damaged', `${plural(waiting.damaged, 'file', 'files')} put aside`]);
  lines.push(...healthLines(report, nowSeconds));
  if (agent !== undefined) lines.push(['Its own use', usedText(agent)]);
  return lines.map(([name, text]) => `${`${name}:`.padEnd(14)}${printable(text)}\n`).join('');
}

function deliveryLines(agent: Agent, ago: (epoch: number) => string): readonly Line[] {
  const { delivered } = agent;
  const lines: Line[] = [];
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
      `${plural(delivered.consecutive_failures, 'attempt', 'attempts in a row')}; last ${ago(at)}: ${reason}`,
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
  return `${plural(waiting.reports, 'report', 'reports')} (${formatBytes(waiting.bytes)})${age}`;
}

function usedText({ used }: Agent): string {
  return `${used.cpu_seconds.toFixed(1)} s of CPU, ${formatBytes(used.resident_bytes)} of memory`;
}
