/** Processes for people, and for captured systems. */
import { type Column, left, right } from '../../base/table.ts';
import { formatBytes, formatPercent, plural } from '../../base/units.ts';
import type { PartDetails } from '../part.ts';
import { arrangeProcesses } from './arrange.ts';
import type { Processes, UsedProcess } from './index.ts';

interface ProcessColumn {
  readonly column: Column;
  readonly cell: (process: UsedProcess) => string;
}

/** CPU and memory stand there where any process tells them. */
function columnsOf(processes: readonly UsedProcess[]): readonly ProcessColumn[] {
  const cpu: ProcessColumn = {
    column: right('CPU'),
    cell: ({ cpu_percent: percent }) => (percent === undefined ? '' : formatPercent(percent)),
  };
  const memory: ProcessColumn = {
    column: right('MEMORY'),
    cell: ({ rss_bytes: bytes }) => (bytes === undefined ? '' : formatBytes(bytes)),
  };
  return [
    { column: right('PID'), cell: ({ pid }) => String(pid) },
    { column: left('USER'), cell: (one) => ('username' in one ? one.username : '') },
    ...(processes.some((one) => one.cpu_percent !== undefined) ? [cpu] : []),
    ...(processes.some((one) => one.rss_bytes !== undefined) ? [memory] : []),
    { column: left('NAME'), cell: ({ name }) => name },
  ];
}

export const processesDetails: PartDetails<Processes> = {
  show: (value, view) => {
    if (!Array.isArray(value)) {
      return { columns: [], rows: [], footer: plural(value.count, 'process', 'processes') };
    }
    const list = arrangeProcesses(value, view);
    const shown: readonly UsedProcess[] = Array.isArray(list) ? list : [];
    const columns = columnsOf(value);
    const all = plural(value.length, 'process', 'processes');
    return {
      columns: columns.map(({ column }) => column),
      rows: shown.map((one) => columns.map(({ cell }) => cell(one))),
      footer: shown.length < value.length ? `${shown.length} of ${all}` : all,
    };
  },
  arrange: arrangeProcesses,
  isLong: true,
  capture: {
    files: [
      { path: 'etc/passwd', hide: 'accounts' },
      { path: 'proc/<pid>/comm' },
      { path: 'proc/<pid>/status', lines: /^(?:Name|State|Uid|Gid):/ },
      { path: 'proc/<pid>/cmdline', hide: 'arguments' },
    ],
  },
};
