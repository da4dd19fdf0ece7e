/** Reads what `systemctl show` says of the service (org.freedesktop.systemd1(5) lists the names). */
import type { ServiceStatus } from './service.ts';

export interface SystemdState extends ServiceStatus {
  /** How often systemd has restarted it by itself since it was started. */
  readonly restarts: number;
  /** The program in ExecStart. Absent where there is no unit. */
  readonly executable?: string;
}

export const systemdProperties = [
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'UnitFileState',
  'FragmentPath',
  'MainPID',
  'StateChangeTimestamp',
  'NRestarts',
  'ExecStart',
] as const;

/** Lines of `Name=value`; names that this systemd does not know are missing. */
export function parseSystemdShow(text: string): SystemdState {
  const properties = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) properties.set(line.slice(0, equals), line.slice(equals + 1));
  }
  const value = (name: (typeof systemdProperties)[number]): string => properties.get(name) ?? '';

  const installed = value('LoadState') === 'loaded';
  const running = value('ActiveState') === 'active' || value('ActiveState') === 'reloading';
  const pid = Number(value('MainPID'));
  const since = parseSystemdTime(value('StateChangeTimestamp'));
  const executable = /\bpath=([^;]*) ;/.exec(value('ExecStart'))?.[1];
  return {
    manager: 'systemd',
    installed,
    enabled: value('UnitFileState').startsWith('enabled'),
    running,
    state: describeState(value('ActiveState'), value('SubState'), value('Result')),
    restarts: Number(value('NRestarts')) || 0,
    ...(Number.isSafeInteger(pid) && pid > 0 ? { pid } : {}),
    ...(since === undefined ? {} : { since }),
    ...(value('FragmentPath') === '' ? {} : { definition: value('FragmentPath') }),
    ...(executable === undefined ? {} : { executable }),
  };
}

/** `failed (exit-code)` says more than `failed (failed)`. */
function describeState(active: string, sub: string, result: string): string {
  if (active === '') return 'unknown';
  return `${active} (${result === '' || result === 'success' ? sub : `${sub}, ${result}`})`;
}

/** `Mon 2026-11-23 04:02:42 UTC`, which it is when TZ=UTC; empty for "never". */
function parseSystemdTime(text: string): string | undefined {
  const match = /^\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/.exec(text);
  return match === null ? undefined : `${match[1]}T${match[2]}Z`;
}
