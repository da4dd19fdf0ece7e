/** The executable that `npm run build` leaves for this machine. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Requirement } from './requirement.ts';

export const executablePath = join(
  import.meta.dirname,
  '../../dist',
  process.platform === 'win32' ? 'system-monitor.exe' : 'system-monitor',
);

export function executable(): Requirement {
  return { met: existsSync(executablePath), reason: 'dist/system-monitor was not built' };
}
