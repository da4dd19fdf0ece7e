/** The service on Linux machines that systemd runs. */
import { dirname, join } from 'node:path';
import { MonitorError } from '../base/errors.ts';
import { ask, requireRoot } from './ask.ts';
import {
  exists,
  installExecutable,
  removeFile,
  removeFolder,
  tryRemoveExecutable,
  writeDefinition,
} from './files.ts';
import {
  type InstallOptions,
  type InstallResult,
  type ServiceContext,
  type ServiceManager,
  type ServicePaths,
  serviceName,
  type UninstallOptions,
  type UninstallResult,
} from './service.ts';
import { createSystemdControl, type SystemdControl, unitName } from './systemd-control.ts';
import { systemdUnit } from './systemd-unit.ts';
import { ensureUser, handOverConfiguration, removeUser } from './systemd-user.ts';

export interface SystemdOptions {
  /** Exists if and only if systemd runs this machine (sd_booted(3)). */
  readonly bootedFolder?: string;
}

export function createSystemdService(
  context: ServiceContext,
  { bootedFolder = '/run/systemd/system' }: SystemdOptions = {},
): ServiceManager {
  const control = createSystemdControl(context, bootedFolder);
  const { runCommand, paths } = context;

  async function begin(verb: 'start' | 'restart'): Promise<void> {
    await control.requireService(verb);
    await handOverConfiguration(runCommand, paths.configurationFile);
    await control.systemctl(verb, unitName);
    await control.requireRunning(verb);
  }

  return {
    install: (options) => install(context, control, options),
    uninstall: (options) => uninstall(context, control, options),
    start: () => begin('start'),
    restart: () => begin('restart'),
    async stop() {
      await control.requireService('stop');
      await control.systemctl('stop', unitName);
    },
    async status() {
      const { restarts: _restarts, executable: _executable, ...status } = await control.state();
      return status;
    },
    logs: control.logs,
  };
}

async function install(
  { disk, paths, runCommand, userId }: ServiceContext,
  control: SystemdControl,
  { sourceExecutable, prepare, configure }: InstallOptions,
): Promise<InstallResult> {
  const unitFile = unitFileOf(paths);
  const before = await control.state();
  requireRoot(userId, 'install');
  const isPackaged = before.installed && before.definition !== unitFile;
  await prepare?.();
  await ensureUser(runCommand);
  await configure();
  await handOverConfiguration(runCommand, paths.configurationFile);
  if (!isPackaged) {
    installExecutable(disk, sourceExecutable, paths.executable);
    writeDefinition(disk, unitFile, systemdUnit(paths));
    await control.systemctl('daemon-reload');
  }
  await control.systemctl('enable', unitName);
  await control.systemctl('restart', unitName);
  await control.requireRunning('install');
  const { executable } = isPackaged ? await control.state() : paths;
  return {
    isNew: !before.installed,
    executable: executable ?? paths.executable,
    configurationFile: paths.configurationFile,
  };
}

async function uninstall(
  { disk, paths, runCommand, userId }: ServiceContext,
  control: SystemdControl,
  { purge }: UninstallOptions,
): Promise<UninstallResult> {
  const unitFile = unitFileOf(paths);
  const before = await control.state();
  requireRoot(userId, 'uninstall');
  if (before.installed && before.definition !== unitFile) {
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: 'uninstall the service',
      reason: `it was installed by a package (${before.definition})`,
      hint: `Remove the package instead, for example with: apt remove ${serviceName}`,
    });
  }
  if (before.installed) await control.systemctl('disable', '--now', unitName);
  removeFile(disk, unitFile);
  await control.systemctl('daemon-reload');
  // Clears a "failed" that would go on showing in systemctl list-units; nothing loaded is fine.
  await ask(runCommand, 'systemctl', ['reset-failed', unitName]);
  const kept = [];
  if (before.installed && !tryRemoveExecutable(disk, paths.executable)) kept.push(paths.executable);
  if (!purge) {
    const folders = [dirname(paths.configurationFile), paths.stateFolder];
    return { kept: [...kept, ...folders.filter(exists)] };
  }
  removeFolder(dirname(paths.configurationFile));
  removeFolder(paths.stateFolder);
  await removeUser(runCommand);
  return { kept };
}

function unitFileOf({ definitionFolder }: ServicePaths): string {
  return join(definitionFolder, unitName);
}
