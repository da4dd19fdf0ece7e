/** How launchd is asked about the service, and told to load it or to let it go (launchctl(1)). */
import { MonitorError } from '../base/errors.ts';
import { ask, complaintOf, demand } from './ask.ts';
import { launchdLabel } from './launchd-plist.ts';
import { isDisabled, type LaunchdState, parseLaunchctlPrint } from './launchd-state.ts';
import type { ServiceContext } from './service.ts';

const target = `system/${launchdLabel}`;

/** bootout returns before the agent has ended, and until then bootstrap fails with EIO. */
const unloadStepMs = 250;
const unloadAttempts = 80;

export interface LaunchdControl {
  /** Undefined while launchd has not loaded the service. */
  loaded(): Promise<LaunchdState | undefined>;
  /** Whether somebody disabled it by hand. */
  isDisabled(): Promise<boolean>;
  load(): Promise<void>;
  /** Resolves when the agent has ended. */
  unload(): Promise<void>;
  /** Starts it; `-k` ends first what runs. */
  kickstart(...flags: readonly string[]): Promise<void>;
}

export function createLaunchdControl(
  { runCommand, clock }: Pick<ServiceContext, 'runCommand' | 'clock'>,
  plistFile: string,
): LaunchdControl {
  const launchctl = (...args: string[]) => demand(runCommand, 'launchctl', args);

  async function loaded(): Promise<LaunchdState | undefined> {
    const result = await ask(runCommand, 'launchctl', ['print', target]);
    return result.exitCode === 0 ? parseLaunchctlPrint(result.stdout) : undefined;
  }

  return {
    loaded,
    async isDisabled() {
      const { stdout } = await ask(runCommand, 'launchctl', ['print-disabled', 'system']);
      return isDisabled(stdout, launchdLabel);
    },
    async load() {
      // A service that somebody disabled by hand refuses to be loaded (status 119).
      await launchctl('enable', target);
      await launchctl('bootstrap', 'system', plistFile);
    },
    async unload() {
      if ((await loaded()) === undefined) return;
      // Status 3 (no such process) and 36 (in progress) mean that it is on its way out already.
      const { exitCode, ...answer } = await ask(runCommand, 'launchctl', ['bootout', target]);
      for (let attempt = 0; attempt < unloadAttempts; attempt += 1) {
        if ((await loaded()) === undefined) return;
        await clock.sleep(unloadStepMs);
      }
      throw new MonitorError({
        code: 'TIMEOUT',
        operation: 'stop the service',
        reason: `launchd has not let go of it (status ${exitCode}: ${complaintOf({ exitCode, ...answer })})`,
      });
    },
    async kickstart(...flags) {
      await launchctl('kickstart', ...flags, target);
    },
  };
}
