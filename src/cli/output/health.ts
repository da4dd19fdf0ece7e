/** What `status` says of what is not as it should be, for people. Nothing where all is well. */
import { describeRemark } from '../../base/remarks.ts';
import { formatDuration, plural } from '../../base/units.ts';
import type { StatusReport } from '../../status/gather.ts';

export type Line = readonly [name: string, text: string];

/** `nowSeconds` since 1970. */
export function healthLines(
  { agent, running, parts, remarks }: StatusReport,
  nowSeconds: number,
): readonly Line[] {
  const lasted = (since: number): string => formatDuration(nowSeconds - since);
  const lines: Line[] = [];
  // Of a process that does not run they are history.
  if (running) lines.push(...partLines(parts, remarks, lasted));
  if (agent !== undefined) lines.push(...reportLines(agent, lasted));
  return lines;
}

function partLines(
  parts: StatusReport['parts'],
  remarks: StatusReport['remarks'],
  lasted: (since: number) => string,
): readonly Line[] {
  const lines: Line[] = [];
  for (const [part, { state, since, last_good_epoch: lastGood, reason }] of Object.entries(parts)) {
    if (state === 'failed') {
      const last = lastGood === undefined ? '' : ` (last read ${lasted(lastGood)} ago)`;
      lines.push(['Not read', `${part}, for ${lasted(since)}${last}: ${reason}`]);
    }
    if (state === 'empty') {
      lines.push(['Empty', `${part}: nothing to report for ${lasted(since)}`]);
    }
  }
  for (const { remark, subject, reason } of remarks) {
    lines.push(['Remark', describeRemark(remark, subject, reason)]);
  }
  return lines;
}

function reportLines(
  { collected, spool }: NonNullable<StatusReport['agent']>,
  lasted: (since: number) => string,
): readonly Line[] {
  const lines: Line[] = [];
  const { consecutive_failures: failures, failing_since: since, last_error: error } = collected;
  if (failures > 0 && since !== undefined && error !== undefined) {
    const reports = plural(failures, 'report', 'reports in a row');
    lines.push(['Not made', `${reports}, for ${lasted(since)}: ${error.reason}`]);
  }
  if (spool.in_memory > 0) {
    const reports = plural(spool.in_memory, 'report is', 'reports are');
    lines.push(['Not on disk', `${reports} only in memory, because the disk refuses them`]);
  }
  for (const [count, one, many] of [
    [collected.failed, 'report could not be made', 'reports could not be made'],
    [collected.skipped_ticks, 'tick was skipped', 'ticks were skipped'],
    [spool.dropped, 'unsent report was dropped', 'unsent reports were dropped'],
  ] as const) {
    if (count > 0) lines.push(['Since start', plural(count, one, many)]);
  }
  return lines;
}
