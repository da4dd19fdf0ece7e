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
    lines.push(['Running', `no, and it has never run with its state in ${stateFolder}`]);
  } else {
    lines.push([
      'Running',
      running
        ? `yes, for ${formatDuration(nowSeconds - agent.started_at)} (version ${agent.version}, pid ${agent.pid})`
        : `no; last seen ${ago(agent.written_at)}`,
    ]);
    const { waits_because: waits, configuration_trouble: trouble } = agent;
    const reports = `every ${agent.interval} s`;
    lines.push([
      'Reports',
      waits === undefined
        ? `${reports} to ${agent.url} as ${agent.system_id}`
        : `${reports} as ${agent.system_id}, kept until a URL is set`,
    ]);
    if (waits !== undefined) lines.push(['Not sent', waits]);
    // Of a process that does not run it is history.
    if (running && trouble !== undefined) {
      lines.push(['Settings', `as they were ${ago(trouble.since)}; ${trouble.reason}`]);
    }
    lines.push(...deliveryLines(agent, ago));
  }
  lines.push(['Waiting', waitingText(waiting, nowSeconds)]);
  if (waiting.rejected > 0) {
    lines.push(['Rejected', `${waiting.rejected} (see: system-monitor spool list)`]);
  }
  if (waiting.damaged > 0)
    lines.push(['Damaged', `${plural(waiting.damaged, 'file', 'files')} put aside`]);
  lines.push(...healthLines(report, nowSeconds));
  if (agent !== undefined) lines.push(['Own use', usedText(agent)]);
  return lines.map(([name, text]) => `${`${name}:`.padEnd(14)}${printable(text)}\n`).join('');
}

function deliveryLines(agent: Agent, ago: (epoch: number) => string): readonly Line[] {
  const { delivered } = agent;
  const lines: Line[] = [];
  lines.push([
    'Accepted',
    delivered.last_acknowledged_epoch === undefined
      ? 'nothing since the start'
      : `${delivered.accepted} since the start; the last one was collected at ${formatEpochSeconds(delivered.last_acknowledged_epoch)} (${ago(delivered.last_acknowledged_epoch)})`,
  ]);
  const isFailing = agent.waits_because === undefined && delivered.consecutive_failures > 0;
  if (isFailing && delivered.last_error !== undefined) {
    const { at, reason } = delivered.last_error;
    lines.push([
      'Failing',
      `${plural(delivered.consecutive_failures, 'failed attempt', 'failed attempts in a row')}, the last one ${ago(at)}: ${reason}`,
    ]);
  }
  if (delivered.other_machine_seen_at !== undefined) {
    lines.push([
      'Same id',
      `another machine reports with the same id (seen ${ago(delivered.other_machine_seen_at)}). On one of them, run: system-monitor generate_system_id --save`,
    ]);
  }
  return lines;
}

function waitingText(waiting: StatusReport['waiting'], nowSeconds: number): string {
  if (waiting.reports === 0) return 'nothing';
  const age =
    waiting.oldest_epoch === undefined
      ? ''
      : `, the oldest is ${formatDuration(nowSeconds - waiting.oldest_epoch)} old`;
  return `${plural(waiting.reports, 'report', 'reports')} (${formatBytes(waiting.bytes)})${age}`;
}

function usedText({ used }: Agent): string {
  return `${used.cpu_seconds.toFixed(1)} s of CPU, ${formatBytes(used.resident_bytes)} of memory`;
}
