/** The service on macOS: a system-wide daemon of launchd (launchctl(1)). */
import { dirname, join } from 'node:path';
import { makeFolder } from '../base/atomic-file.ts';
import { notInstalled, putBack, requireRoot } from './ask.ts';
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
import { createLaunchdControl, type LaunchdControl } from './launchd-control.ts';
import { launchdLabel, launchdPlist, startLog } from './launchd-plist.ts';
import { tailLog } from './log-file.ts';
import type {
  InstallOptions,
  InstallResult,
  ServiceContext,
  ServiceManager,
  ServicePaths,
  UninstallOptions,
  UninstallResult,
} from './service.ts';

export function createLaunchdService(context: ServiceContext): ServiceManager {
  const { paths, clock, userId } = context;
  const plistFile = plistFileOf(paths);
  const control = createLaunchdControl(context, plistFile);
  const isInstalled = (): boolean => readDefinition(plistFile) !== undefined;

  function requireInstalled(verb: string): void {
    if (!isInstalled()) throw notInstalled(verb);
    requireRoot(userId, verb);
  }

  return {
    install: (options) => install(context, control, options),
    uninstall: (options) => uninstall(context, control, options),

    async start() {
      requireInstalled('start');
      if ((await control.loaded()) === undefined) await control.load();
      else await control.kickstart();
    },

    /** Until the next boot: the plist stays, and KeepAlive would undo a mere kill. */
    async stop() {
      requireInstalled('stop');
      await control.unload();
    },

    async restart() {
      requireInstalled('restart');
      if ((await control.loaded()) === undefined) await control.load();
      else await control.kickstart('-k');
    },

    async status() {
      const installed = isInstalled();
      const current = await control.loaded();
      const isDisabled = await control.isDisabled();
      return {
        manager: 'launchd',
        installed,
        enabled: installed && !isDisabled,
        running: false,
        state: installed ? 'not loaded' : 'not installed',
        ...current,
        ...(installed ? { definition: plistFile } : {}),
      };
    },

    logs: (options) => tailLog(paths.logFile, clock, options),
  };
}

async function install(
  { disk, paths, userId }: ServiceContext,
  control: LaunchdControl,
  { sourceExecutable, prepare, configure, dryRun }: InstallOptions,
): Promise<InstallResult> {
  const plistFile = plistFileOf(paths);
  requireRoot(userId, 'install');
  const older = readDefinition(plistFile);
  const result: InstallResult = {
    isNew: older === undefined,
    executable: paths.executable,
    configurationFile: paths.configurationFile,
    remarks: [],
  };
  await prepare?.();
  if (dryRun === true) return result;
  for (const path of [paths.configurationFile, paths.logFile]) makeFolder(disk, dirname(path));
  makeFolder(disk, paths.stateFolder);
  // launchd only ever adds to it.
  removeFile(disk, startLog(paths.logFile));
  const program = installExecutable(disk, sourceExecutable, paths.executable);
  try {
    await configure();
    if (paths.commandLink !== undefined) linkCommand(paths.executable, paths.commandLink);
    writeDefinition(disk, plistFile, launchdPlist(paths));
    await loadAnew(control);
  } catch (error) {
    if (older === undefined) throw error;
    const undo = () => {
      program.undo();
      writeDefinition(disk, plistFile, older);
    };
    throw await putBack(error, undo, () => loadAnew(control));
  }
  program.keep();
  return result;
}

async function loadAnew(control: LaunchdControl): Promise<void> {
  await control.unload();
  await control.load();
}

async function uninstall(
  { disk, paths, userId }: ServiceContext,
  control: LaunchdControl,
  { purge }: UninstallOptions,
): Promise<UninstallResult> {
  const plistFile = plistFileOf(paths);
  requireRoot(userId, 'uninstall');
  await control.unload();
  if (readDefinition(plistFile) !== undefined) {
    tryRemoveExecutable(disk, paths.executable);
    removeEmptyFolder(dirname(paths.executable));
    removeEmptyFolder(dirname(dirname(paths.executable)));
  }
  if (paths.commandLink !== undefined) unlinkCommand(disk, paths.executable, paths.commandLink);
  removeFile(disk, plistFile);
  const folders = [dirname(paths.configurationFile), paths.stateFolder, dirname(paths.logFile)];
  if (!purge) return { kept: folders, remarks: [] };
  for (const folder of folders) removeFolder(folder);
  return { kept: [], remarks: [] };
}

function plistFileOf({ definitionFolder }: ServicePaths): string {
  return join(definitionFolder, `${launchdLabel}.plist`);
}
