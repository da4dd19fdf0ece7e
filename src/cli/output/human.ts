/** Stats as aligned tables with units, for people at a terminal. */

import { formatBytes, formatPercent } from '../../base/units.ts';
import type {
  CpuStats,
  Disks,
  MemoryStats,
  Network,
  Processes,
  Stats,
  StatsPart,
} from '../../wire/stats.ts';
import { type Column, formatTable } from './table.ts';

/** Ends with a line break. `columns` is the terminal's width. */
export function formatPart<Part extends StatsPart>(
  part: Part,
  value: Stats[Part],
  columns: number,
): string {
  const format: (value: Stats[Part], columns: number) => string = formats[part];
  return format(value, columns);
}

/** Every part under its own heading. */
export function formatAll(stats: Stats, columns: number): string {
  return [
    `CPU\n${formatCpu(stats.cpu, columns)}`,
    `MEMORY\n${formatMemory(stats.memory, columns)}`,
    `DISKS\n${formatDisks(stats.disks, columns)}`,
    `NETWORK\n${formatNetwork(stats.network, columns)}`,
    `PROCESSES\n${formatProcesses(stats.processes, columns)}`,
  ].join('\n');
}

const formats: { readonly [Part in StatsPart]: (value: Stats[Part], columns: number) => string } = {
  cpu: formatCpu,
  memory: formatMemory,
  processes: formatProcesses,
  disks: formatDisks,
  network: formatNetwork,
};

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

function formatCpu(cpu: CpuStats, columns: number): string {
  return formatTable(
    [right('CPUS'), right('FREQUENCY'), right('USED')],
    [
      [
        String(cpu.count),
        cpu.frequency === undefined ? 'not told' : `${cpu.frequency} MHz`,
        formatPercent(cpu.percent_used),
      ],
    ],
    columns,
  );
}

function formatMemory(memory: MemoryStats, columns: number): string {
  return formatTable(
    [right('TOTAL'), right('USED'), right('FREE'), right('AVAILABLE'), right('USED')],
    [
      [
        formatBytes(memory.total),
        formatBytes(memory.used),
        formatBytes(memory.free),
        formatBytes(memory.available),
        formatPercent(memory.percent_used),
      ],
    ],
    columns,
  );
}

function formatProcesses(processes: Processes, columns: number): string {
  if (!Array.isArray(processes)) return `${processes.count} processes\n`;
  const rows = processes.map((one) => [
    String(one.pid),
    'username' in one ? one.username : '',
    one.name,
  ]);
  const table = formatTable([right('PID'), left('USER'), left('NAME')], rows, columns);
  return `${table}${processes.length} processes\n`;
}

function formatDisks(disks: Disks, columns: number): string {
  const rows = Object.entries(disks).map(([device, disk]) => [
    device,
    disk.file_system,
    formatBytes(disk.total),
    formatBytes(disk.used),
    formatBytes(disk.free),
    // As df counts it: of what is used or may be filled, without the reserve of root.
    disk.used + disk.free === 0 ? '' : formatPercent((100 * disk.used) / (disk.used + disk.free)),
    disk.mount_point,
  ]);
  if (rows.length === 0) return 'No disks.\n';
  return formatTable(
    [
      left('DEVICE'),
      left('TYPE'),
      right('TOTAL'),
      right('USED'),
      right('FREE'),
      right('USED'),
      left('MOUNTED ON'),
    ],
    rows,
    columns,
  );
}

function formatNetwork(network: Network, columns: number): string {
  const rows = Object.entries(network).map(([name, one]) => [
    name,
    one.ip,
    one.netmask,
    one.bytes_recv === undefined ? 'not told' : formatBytes(one.bytes_recv),
    one.bytes_sent === undefined ? 'not told' : formatBytes(one.bytes_sent),
  ]);
  if (rows.length === 0) return 'No interface has an IPv4 address.\n';
  return formatTable(
    [left('INTERFACE'), left('ADDRESS'), left('NETMASK'), right('RECEIVED'), right('SENT')],
    rows,
    columns,
  );
}
