/** Processes for people, and for captured systems. */
import { left, right } from '../../base/table.ts';
import { plural } from '../../base/units.ts';
import type { PartDetails } from '../part.ts';
import type { Process, Processes } from './index.ts';

export const processesDetails: PartDetails<Processes> = {
  show: (value) => {
    const list: readonly (Omit<Process, 'username'> | Process)[] = Array.isArray(value)
      ? value
      : [];
    return {
      columns: [right('PID'), left('USER'), left('NAME')],
      rows: list.map((one) => [String(one.pid), 'username' in one ? one.username : '', one.name]),
      footer: plural(Array.isArray(value) ? value.length : value.count, 'process', 'processes'),
    };
  },
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
