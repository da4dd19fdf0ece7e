/** What `service status` says, for people. */
import type { ServiceStatus } from '../../service/service.ts';

export function formatServiceStatus(status: ServiceStatus): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Manager', status.manager],
    ['Installed', status.installed ? 'yes' : 'no'],
    ['At boot', status.enabled ? 'starts' : 'does not start'],
    ['State', status.state],
    ['Process', status.pid?.toString()],
    ['Since', status.since],
    ['Defined in', status.definition],
  ];
  return rows
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(12)}${value}\n`]))
    .join('');
}
