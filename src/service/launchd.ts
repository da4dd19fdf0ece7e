/** The service on macOS: a system-wide daemon of launchd (launchctl(1)). */
import { dirname, join } from 'node:path';
import { makeFolder } from '../base/atomic-file.ts';
import { MonitorError } from '../base/errors.ts';
import { ask, complaintOf, demand, notInstalled, requireRoot } from './ask.ts';
import {
  installExecutable,
  linkCommand,
  readDefinition,
  removeEmptyFolder,
  removeFile,
  removeFolder,
  tryRemoveExecutable,
  unlinkCommand,
  writeDefinition,
} from './files.ts';
import { launchdLabel, launchdPlist, startLog } from './launchd-plist.ts';
import { isDisabled, type LaunchdState, parseLaunchctlPrint } from './launchd-state.ts';
import { tailLog } from './log-file.ts';
import type {
  InstallResult,
  ServiceContext,
  ServiceManager,
  ServiceStatus,
  UninstallResult,
} from './service.ts';

const target = `system/${launchdLabel}`;

/** bootout returns before the agent has ended, and until then bootstrap fails with EIO. */
const unloadStepMs = 250;
const unloadAttempts = 80;

export function createLaunchdService(context: ServiceContext): ServiceManager {
  const { disk, paths, runCommand, clock, userId } = context;
  const plistFile = join(paths.definitionFolder, `${launchdLabel}.plist`);
  const launchctl = (...args: string[]) => demand(runCommand, 'launchctl', args);

  /** Undefined while launchd has not loaded the service. */
  async function loaded(): Promise<LaunchdState | undefined> {
    const result = await ask(runCommand, 'launchctl', ['print', target]);
    return result.exitCode === 0 ? parseLaunchctlPrint(result.stdout) : undefined;
  }

  async function unload(): Promise<void> {
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
      reason: `launchd still has it (status ${exitCode}: ${complaintOf({ exitCode, ...answer })})`,
    });
  }

  async function load(): Promise<void> {
    // A service that somebody disabled by hand refuses to be loaded (status 119).
    await launchctl('enable', target);
    await launchctl('bootstrap', 'system', plistFile);
  }

  function requireInstalled(verb: string): void {
    if (readDefinition(plistFile) === undefined) throw notInstalled(verb);
    requireRoot(userId, verb);
  }

  return {
    async install({ sourceExecutable, configure }): Promise<InstallResult> {
      requireRoot(userId, 'install');
      const isNew = readDefinition(plistFile) === undefined;
      for (const path of [paths.configurationFile, paths.logFile]) makeFolder(disk, dirname(path));
      makeFolder(disk, paths.stateFolder);
      // launchd only ever adds to it.
      removeFile(startLog(paths.logFile));
      await configure();
      installExecutable(disk, sourceExecutable, paths.executable);
      if (paths.commandLink !== undefined) linkCommand(paths.executable, paths.commandLink);
      writeDefinition(disk, plistFile, launchdPlist(paths));
      await unload();
      await load();
      return {
        isNew,
        executable: paths.executable,
        configurationFile: paths.configurationFile,
      };
    },

    async uninstall({ purge }): Promise<UninstallResult> {
      requireRoot(userId, 'uninstall');
      await unload();
      if (readDefinition(plistFile) !== undefined) {
        tryRemoveExecutable(paths.executable);
        removeEmptyFolder(dirname(paths.executable));
        removeEmptyFolder(dirname(dirname(paths.executable)));
      }
      if (paths.commandLink !== undefined) unlinkCommand(paths.executable, paths.commandLink);
      removeFile(plistFile);
      if (!purge)
        return {
          kept: [dirname(paths.configurationFile), paths.stateFolder, dirname(paths.logFile)],
        };
      removeFolder(dirname(paths.configurationFile));
      removeFolder(paths.stateFolder);
      removeFolder(dirname(paths.logFile));
      return { kept: [] };
    },

    async start(): Promise<void> {
      requireInstalled('start');
      if ((await loaded()) === undefined) await load();
      else await launchctl('kickstart', target);
    },

    /** Until the next boot: the plist stays, and KeepAlive would undo a mere kill. */
    async stop(): Promise<void> {
      requireInstalled('stop');
      await unload();
    },

    async restart(): Promise<void> {
      requireInstalled('restart');
      if ((await loaded()) === undefined) await load();
      else await launchctl('kickstart', '-k', target);
    },

    async status(): Promise<ServiceStatus> {
      const installed = readDefinition(plistFile) !== undefined;
      const current = await loaded();
      const disabled = await ask(runCommand, 'launchctl', ['print-disabled', 'system']);
      return {
        manager: 'launchd',
        installed,
        enabled: installed && !isDisabled(disabled.stdout, launchdLabel),
        running: false,
        state: installed ? 'not loaded' : 'not installed',
        ...current,
        ...(installed ? { definition: plistFile } : {}),
      };
    },

    logs: (options) => tailLog(paths.logFile, clock, options),
  };
}
