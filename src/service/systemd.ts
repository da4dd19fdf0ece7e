/** The service on Linux machines that systemd runs. */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MonitorError, systemErrorCode, wrapSystemError } from '../base/errors.ts';
import { ask, complaintOf, demand, notInstalled, requireRoot } from './ask.ts';
import {
  installExecutable,
  removeFile,
  removeFolder,
  tryRemoveExecutable,
  writeDefinition,
} from './files.ts';
import {
  type InstallResult,
  type LogOptions,
  type ServiceContext,
  type ServiceManager,
  type ServiceStatus,
  serviceName,
  type UninstallResult,
} from './service.ts';
import { parseSystemdShow, type SystemdState, systemdProperties } from './systemd-state.ts';
import { serviceUser, systemdUnit } from './systemd-unit.ts';

const unitName = `${serviceName}.service`;

/** How long a started service is watched before it counts as started. */
const settleMs = 2000;
const settleStepMs = 250;

export interface SystemdOptions {
  /** Exists if and only if systemd runs this machine (sd_booted(3)). */
  readonly bootedFolder?: string;
}

export function createSystemdService(
  { disk, paths, runCommand, clock, userId }: ServiceContext,
  { bootedFolder = '/run/systemd/system' }: SystemdOptions = {},
): ServiceManager {
  const unitFile = join(paths.definitionFolder, unitName);
  const systemctl = (...args: string[]) => demand(runCommand, 'systemctl', args);

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

  /** Throws unless the service is there and this is root. */
  async function requireService(verb: string): Promise<SystemdState> {
    const current = await state();
    if (!current.installed) throw notInstalled(verb);
    requireRoot(userId, verb);
    return current;
  }

  /** A wrong setting ends the agent some 100 ms after systemd called it started. */
  async function requireRunning(verb: string): Promise<void> {
    const { restarts } = await state();
    for (let waitedMs = 0; waitedMs < settleMs; waitedMs += settleStepMs) {
      await clock.sleep(settleStepMs);
      const current = await state();
      if (current.running && current.restarts === restarts) continue;
      throw new MonitorError({
        code: 'UNAVAILABLE',
        operation: `${verb} the service`,
        reason: `the agent ended at once (${current.state}): ${await lastLogLine()}`,
        hint: `See ${serviceName} service logs; systemd goes on trying every few seconds.`,
      });
    }
  }

  async function lastLogLine(): Promise<string> {
    const { stdout } = await ask(runCommand, 'journalctl', [
      // The field that is set for the agent's own lines and not for systemd's remarks about it.
      `_SYSTEMD_UNIT=${unitName}`,
      '--lines=1',
      '--quiet',
      '--no-pager',
      '--output=cat',
    ]);
    return stdout.trim() === '' ? 'it left no line in the journal' : stdout.trim();
  }

  /** The settings are the service user's own and nobody else's; their folder stays root's. */
  async function handOverConfiguration(): Promise<void> {
    const folder = dirname(paths.configurationFile);
    try {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o750);
      await demand(runCommand, 'chown', [`root:${serviceUser}`, folder]);
      if (!exists(paths.configurationFile)) return;
      chmodSync(paths.configurationFile, 0o600);
    } catch (error) {
      throw wrapSystemError(`hand ${folder} to the service's user`, error);
    }
    await demand(runCommand, 'chown', [`${serviceUser}:${serviceUser}`, paths.configurationFile]);
  }

  async function ensureUser(): Promise<void> {
    const { exitCode } = await ask(runCommand, 'getent', ['passwd', serviceUser]);
    if (exitCode === 0) return;
    await demand(runCommand, 'useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir=/nonexistent',
      '--shell=/usr/sbin/nologin',
      '--comment=System Monitor',
      serviceUser,
    ]);
  }

  return {
    async install({ sourceExecutable, configure }): Promise<InstallResult> {
      const before = await state();
      requireRoot(userId, 'install');
      const isPackaged = before.installed && before.definition !== unitFile;
      await ensureUser();
      await configure();
      await handOverConfiguration();
      if (!isPackaged) {
        installExecutable(disk, sourceExecutable, paths.executable);
        writeDefinition(disk, unitFile, systemdUnit(paths));
        await systemctl('daemon-reload');
      }
      await systemctl('enable', unitName);
      await systemctl('restart', unitName);
      await requireRunning('install');
      const { executable } = isPackaged ? await state() : paths;
      return {
        isNew: !before.installed,
        executable: executable ?? paths.executable,
        configurationFile: paths.configurationFile,
      };
    },

    async uninstall({ purge }): Promise<UninstallResult> {
      const before = await state();
      requireRoot(userId, 'uninstall');
      if (before.installed && before.definition !== unitFile) {
        throw new MonitorError({
          code: 'USAGE',
          operation: 'uninstall the service',
          reason: `a package brought it (${before.definition})`,
          hint: `Remove the package instead: apt remove ${serviceName}`,
        });
      }
      if (before.installed) await systemctl('disable', '--now', unitName);
      removeFile(unitFile);
      await systemctl('daemon-reload');
      // Clears a "failed" that would go on showing in systemctl list-units; nothing loaded is fine.
      await ask(runCommand, 'systemctl', ['reset-failed', unitName]);
      const kept = [];
      if (before.installed && !tryRemoveExecutable(paths.executable)) kept.push(paths.executable);
      if (!purge) {
        const folders = [dirname(paths.configurationFile), paths.stateFolder];
        return { kept: [...kept, ...folders.filter(exists)] };
      }
      removeFolder(dirname(paths.configurationFile));
      removeFolder(paths.stateFolder);
      const { exitCode } = await ask(runCommand, 'getent', ['passwd', serviceUser]);
      if (exitCode === 0) await demand(runCommand, 'userdel', [serviceUser]);
      return { kept };
    },

    async start(): Promise<void> {
      await requireService('start');
      await handOverConfiguration();
      await systemctl('start', unitName);
      await requireRunning('start');
    },

    async stop(): Promise<void> {
      await requireService('stop');
      await systemctl('stop', unitName);
    },

    async restart(): Promise<void> {
      await requireService('restart');
      await handOverConfiguration();
      await systemctl('restart', unitName);
      await requireRunning('restart');
    },

    async status(): Promise<ServiceStatus> {
      const { restarts: _restarts, executable: _executable, ...status } = await state();
      return status;
    },

    async logs({ lines, follow, signal, write }: LogOptions): Promise<void> {
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
        hint: `Run it as root, or join the group that may read the journal: sudo ${serviceName} service logs`,
      });
    },
  };
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

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw wrapSystemError(`look at ${path}`, error);
  }
}
