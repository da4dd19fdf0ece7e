/** The service on Linux machines that systemd runs. */
import { dirname, join } from 'node:path';
import { ask, putBack, requireRoot } from './ask.ts';
import {
  exists,
  installExecutable,
  readDefinition,
  removeFile,
  removeFolder,
  tryRemoveExecutable,
  writeDefinition,
} from './files.ts';
import type {
  InstallOptions,
  InstallResult,
  ServiceContext,
  ServiceManager,
  ServicePaths,
  UninstallOptions,
  UninstallResult,
} from './service.ts';
import { createSystemdControl, type SystemdControl, unitName } from './systemd-control.ts';
import { insistOnSameVersion, isSomebodyElses, removalIsTheirs } from './systemd-owner.ts';
import type { SystemdState } from './systemd-state.ts';
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
  { sourceExecutable, prepare, configure, dryRun }: InstallOptions,
): Promise<InstallResult> {
  const unitFile = unitFileOf(paths);
  const before = await control.state();
  requireRoot(userId, 'install');
  const isTheirs = isSomebodyElses(before, paths, unitFile);
  if (isTheirs) await insistOnSameVersion(disk, runCommand, before, sourceExecutable);
  const executable = (isTheirs ? before.executable : undefined) ?? paths.executable;
  const result: InstallResult = {
    isNew: !before.installed,
    executable,
    configurationFile: paths.configurationFile,
    remarks: isTheirs ? [theirs(executable)] : [],
  };
  await prepare?.();
  if (dryRun === true) return result;
  await ensureUser(runCommand);
  const older = readDefinition(unitFile);
  const program = isTheirs
    ? undefined
    : installExecutable(disk, sourceExecutable, paths.executable);
  try {
    await configure();
    await handOverConfiguration(runCommand, paths.configurationFile);
    if (!isTheirs) writeDefinition(disk, unitFile, systemdUnit(paths));
    await startAnew(control, 'install');
  } catch (error) {
    if (program === undefined || older === undefined) throw error;
    const undo = () => {
      program.undo();
      writeDefinition(disk, unitFile, older);
    };
    throw await putBack(error, undo, () => startAnew(control, 'restart'));
  }
  program?.keep();
  return result;
}

async function startAnew(control: SystemdControl, verb: string): Promise<void> {
  await control.systemctl('daemon-reload');
  await control.systemctl('enable', unitName);
  await control.systemctl('restart', unitName);
  await control.requireRunning(verb);
}

function theirs(executable: string): string {
  return `The service belongs to a package: ${executable} runs, and this file was not copied.`;
}

async function uninstall(
  { disk, paths, runCommand, userId }: ServiceContext,
  control: SystemdControl,
  { purge }: UninstallOptions,
): Promise<UninstallResult> {
  const unitFile = unitFileOf(paths);
  const before = await control.state();
  requireRoot(userId, 'uninstall');
  if (isSomebodyElses(before, paths, unitFile)) throw await removalIsTheirs(runCommand, before);
  if (before.installed) await control.systemctl('disable', '--now', unitName);
  removeFile(disk, unitFile);
  await control.systemctl('daemon-reload');
  // Clears a "failed" that would go on showing in systemctl list-units; nothing loaded is fine.
  await ask(runCommand, 'systemctl', ['reset-failed', unitName]);
  const kept: string[] = [];
  if (before.installed && !tryRemoveExecutable(disk, paths.executable)) kept.push(paths.executable);
  const folders = [dirname(paths.configurationFile), paths.stateFolder];
  // A package's unit comes to light that ours had covered: what it needs stays, and it runs.
  const uncovered = before.installed ? await control.state() : before;
  if (uncovered.installed) {
    await startAnew(control, 'start');
    return { kept: [...kept, ...folders.filter(exists)], remarks: [goesOn(uncovered)] };
  }
  if (!purge) return { kept: [...kept, ...folders.filter(exists)], remarks: [] };
  for (const folder of folders) removeFolder(folder);
  await removeUser(runCommand);
  return { kept, remarks: [] };
}

function goesOn({ executable }: SystemdState): string {
  return `The service of the package that is installed as well runs now${executable === undefined ? '' : `: ${executable}`}. Its settings and unsent reports were kept.`;
}

function unitFileOf({ definitionFolder }: ServicePaths): string {
  return join(definitionFolder, unitName);
}
