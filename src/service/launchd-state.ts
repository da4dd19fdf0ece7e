/**
 * Reads `launchctl print` and `launchctl print-disabled`. Their output "is NOT API" (launchctl(1)),
 * so only lines that have been the same from macOS 10.11 to 26 are looked at.
 */

export interface LaunchdState {
  readonly running: boolean;
  /** launchd's word: `running`, `not running`, `spawn scheduled`. */
  readonly state: string;
  readonly pid?: number;
}

/** Takes the service's own lines, which are indented by one tab; deeper ones belong to its parts. */
export function parseLaunchctlPrint(text: string): LaunchdState {
  const state = /^\tstate = (.+)$/m.exec(text)?.[1]?.trim() ?? 'unknown';
  const pid = Number(/^\tpid = (\d+)$/m.exec(text)?.[1]);
  return {
    running: state === 'running',
    state,
    ...(Number.isSafeInteger(pid) && pid > 0 ? { pid } : {}),
  };
}

/** A service that is not listed is enabled. Older systems write `true`, newer ones `disabled`. */
export function isDisabled(printDisabled: string, label: string): boolean {
  const line = printDisabled.split('\n').find((one) => one.includes(`"${label}"`));
  return line !== undefined && /=>\s*(true|disabled)\b/.test(line);
}
