/** How systemd is asked about the service, told what to do with it, and watched while it starts. */
import { MonitorError } from '../base/errors.ts';
import { ask, asRoot, complaintOf, demand, notInstalled, requireRoot } from './ask.ts';
import { exists } from './files.ts';
import { type LogOptions, type ServiceContext, serviceName } from './service.ts';
import { parseSystemdShow, type SystemdState, systemdProperties } from './systemd-state.ts';

export const unitName = `${serviceName}.service`;

/** How long a started service is watched before it counts as started. */
const settleMs = 2000;
const settleStepMs = 250;

export interface SystemdControl {
  /** Throws NOT_AVAILABLE where systemd does not run this machine. */
  state(): Promise<SystemdState>;
  /** Throws unless the service is there and this is root. */
  requireService(verb: string): Promise<SystemdState>;
  /** Throws, with the last line of its log, where the agent ends right after its start. */
  requireRunning(verb: string): Promise<void>;
  systemctl(...args: readonly string[]): Promise<void>;
  logs(options: LogOptions): Promise<void>;
}

export function createSystemdControl(
  { runCommand, clock, userId }: ServiceContext,
  bootedFolder: string,
): SystemdControl {
  async function state(): Promise<SystemdState> {
    requireSystemd(bootedFolder);
    const { stdout } = await runCommand({
      program: 'systemctl',
      args: ['show', unitName, `--property=${systemdProperties.join(',')}`],
      deadlineMs: 10_000,
      // Makes systemd print its times in UTC.
      environment: { TZ: 'UTC' },
    });
    return parseSystemdShow(stdout);
  }

  return {
    state,
    async requireService(verb) {
      const current = await state();
      if (!current.installed) throw notInstalled(verb);
      requireRoot(userId, verb);
      return current;
    },
    // A wrong setting ends the agent some 100 ms after systemd called it started.
    async requireRunning(verb) {
      const { restarts } = await state();
      for (let waitedMs = 0; waitedMs < settleMs; waitedMs += settleStepMs) {
        await clock.sleep(settleStepMs);
        const current = await state();
        if (current.running && current.restarts === restarts) continue;
        throw new MonitorError({
          code: 'UNAVAILABLE',
          operation: `${verb} the service`,
          reason: `the agent ended at once (${current.state}): ${await lastLogLine(runCommand)}`,
          hint: `See the log: ${serviceName} service logs. systemd tries again every few seconds.`,
        });
      }
    },
    async systemctl(...args) {
      await demand(runCommand, 'systemctl', args);
    },
    async logs({ lines, follow, signal, write }) {
      requireSystemd(bootedFolder);
      const result = await runCommand({
        program: 'journalctl',
        args: [
          `--unit=${unitName}`,
          `--lines=${lines}`,
          '--no-pager',
          '--output=short-iso',
          ...(follow ? ['--follow'] : []),
        ],
        deadlineMs: 'until aborted',
        signal,
        onOutput: write,
      });
      if (result.exitCode === 0 && !result.stderr.includes('not seeing messages')) return;
      throw new MonitorError({
        code: 'PERMISSION',
        operation: 'read the journal',
        reason: complaintOf(result),
        hint: `Run it as root, or join the group that may read the journal: ${asRoot(`${serviceName} service logs`)}`,
      });
    },
  };
}

async function lastLogLine(runCommand: ServiceContext['runCommand']): Promise<string> {
  const { stdout } = await ask(runCommand, 'journalctl', [
    // The field that is set for the agent's own lines and not for systemd's remarks about it.
    `_SYSTEMD_UNIT=${unitName}`,
    '--lines=1',
    '--quiet',
    '--no-pager',
    '--output=cat',
  ]);
  return stdout.trim() === '' ? 'it wrote nothing to the journal' : stdout.trim();
}

function requireSystemd(bootedFolder: string): void {
  if (exists(bootedFolder)) return;
  throw new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: 'reach systemd',
    reason: 'this machine was not started by systemd',
    hint: `Let whatever starts programs here (OpenRC, runit, a container's entry point) run: ${serviceName} background`,
  });
}
