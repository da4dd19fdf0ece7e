/** The CPU for people, and for captured systems. */
import { right } from '../../base/table.ts';
import { formatPercent } from '../../base/units.ts';
import type { PartDetails } from '../part.ts';
import type { Cpu } from './index.ts';

export const cpuDetails: PartDetails<Cpu> = {
  show: ({ count, frequency, percent_used }) => ({
    columns: [right('CPUS'), right('FREQUENCY'), right('USED')],
    rows: [
      [
        String(count),
        frequency === undefined ? 'unknown' : `${frequency} MHz`,
        formatPercent(percent_used),
      ],
    ],
  }),
  capture: {
    files: [
      { path: 'proc/stat', lines: /^(?:cpu|btime|procs_)/ },
      { path: 'proc/cpuinfo', lines: /^$|^(?:processor|vendor_id|cpu MHz)\b/ },
      { path: 'sys/devices/system/cpu/online' },
      { path: 'sys/devices/system/cpu/cpufreq/*/scaling_cur_freq' },
      { path: 'sys/devices/system/cpu/cpufreq/*/cpuinfo_cur_freq' },
    ],
    cgroups: ['cpu', 'cpuacct', 'cpuset'],
  },
};
