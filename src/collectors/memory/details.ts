/** Memory for people, and for captured systems. */
import { right } from '../../base/table.ts';
import { formatBytes, formatPercent } from '../../base/units.ts';
import type { PartDetails } from '../part.ts';
import type { Memory } from './index.ts';

export const memoryDetails: PartDetails<Memory> = {
  show: ({ total, used, free, available, percent_used }) => ({
    columns: [right('TOTAL'), right('USED'), right('FREE'), right('AVAILABLE'), right('USED')],
    rows: [[...[total, used, free, available].map(formatBytes), formatPercent(percent_used)]],
  }),
  capture: {
    files: [
      { path: 'proc/meminfo' },
      { path: 'proc/zoneinfo', lines: /^Node|^ +(?:min|low|high) / },
    ],
    cgroups: ['memory'],
  },
};
