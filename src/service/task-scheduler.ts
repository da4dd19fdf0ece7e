/**
 * The service on Windows: a task of the Task Scheduler, which needs no code of ours inside a service
 * process and starts at boot without anybody logging in.
 */
import { win32 } from 'node:path';
import { makeFolder, writeFileDurably } from '../base/atomic-file.ts';
import type { Disk } from '../base/disk.ts';
import { notInstalled, putBack } from './ask.ts';
import {
  installExecutable,
  type PutProgram,
  removeEmptyFolder,
  removeFile,
  removeFolder,
  tryRemoveExecutable,
} from './files.ts';
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
import { createTaskControl, type TaskControl } from './task-control.ts';
import type { TaskState } from './task-state.ts';
import { encodeTaskXml, taskName, taskXml } from './task-xml.ts';

/** By SID, because their names are translated. */
const system = '*S-1-5-18';
const administrators = '*S-1-5-32-544';

/**
 * What makes a folder SYSTEM's and the Administrators' and nobody else's, not even to read. Any user
 * may make a folder in %ProgramData%, and an owner may always give himself rights again: so whatever
 * is there already changes its owner, and loses the rights that it had, before the folder is closed.
 * Links are not followed (/L): they could lead to files of others.
 * https://learn.microsoft.com/windows-server/administration/windows-commands/icacls
 */
const closeFolder: readonly (readonly string[])[] = [
  ['/setowner', administrators, '/T', '/L', '/Q'],
  ['/reset', '/T', '/L', '/Q'],
  ['/inheritance:r', '/grant:r', `${system}:(OI)(CI)F`, `${administrators}:(OI)(CI)F`, '/Q'],
];

export interface TaskSchedulerOptions {
  /** The task's name in the scheduler's library; tests register one beside the real one. */
  readonly name?: string;
}

export function createTaskSchedulerService(
  context: ServiceContext,
  { name = taskName }: TaskSchedulerOptions = {},
): ServiceManager {
  const control = createTaskControl(context, name);

  async function requireInstalled(verb: string): Promise<void> {
    if (!(await control.query()).installed) throw notInstalled(verb);
  }

  return {
    install: (options) => install(context, control, options),
    uninstall: (options) => uninstall(context, control, options),

    async start() {
      await requireInstalled('start');
      await control.go('start');
    },

    async stop() {
      await requireInstalled('stop');
      await control.halt('stop');
    },

    async restart() {
      await requireInstalled('restart');
      await control.halt('restart');
      await control.go('restart');
    },

    async status() {
      const { executable: _executable, ...state } = await control.query();
      return { manager: 'task scheduler', ...state };
    },

    logs: (options) => tailLog(context.paths.logFile, context.clock, options),
  };
}

async function install(
  context: ServiceContext,
  control: TaskControl,
  { sourceExecutable, prepare, configure, dryRun }: InstallOptions,
): Promise<InstallResult> {
  const { disk } = context;
  const before = await control.query();
  // What the setup program put into a folder runs from there; and an upgrade is one of what runs.
  const isSetups = uninstallerBeside(disk, sourceExecutable) !== undefined;
  const executable = isSetups ? sourceExecutable : placeOf(before, context);
  const paths = { ...context.paths, executable };
  const result: InstallResult = {
    isNew: !before.installed,
    executable,
    configurationFile: paths.configurationFile,
    remarks: isSetups ? [] : setupRemarks(disk, executable, 'install'),
  };
  await prepare?.();
  if (dryRun === true) return result;
  await closeFolders(context, control);
  let program: PutProgram | undefined;
  try {
    await configure();
    program = installExecutable(disk, sourceExecutable, executable);
    // The task stays enabled: whatever ends this call, the next minute brings the agent back.
    if (before.installed) await control.end();
    await register({ disk, paths }, control);
    await control.change('install', '/Run');
  } catch (error) {
    if (!before.installed) throw error;
    const undo = async () => {
      await control.end();
      program?.undo();
    };
    throw await putBack(error, undo, () => control.go('install'));
  }
  program.keep();
  return result;
}

async function closeFolders(
  { disk, paths }: Pick<ServiceContext, 'disk' | 'paths'>,
  control: TaskControl,
): Promise<void> {
  const configurationFolder = configurationFolderOf(paths);
  makeFolder(disk, configurationFolder);
  for (const step of closeFolder) {
    await control.asAdministrator('install', 'icacls', [configurationFolder, ...step]);
  }
  makeFolder(disk, paths.stateFolder);
}

async function register(
  { disk, paths }: Pick<ServiceContext, 'disk' | 'paths'>,
  control: TaskControl,
): Promise<void> {
  const file = win32.join(configurationFolderOf(paths), 'task.xml');
  writeFileDurably(disk, file, encodeTaskXml(taskXml(paths)));
  try {
    await control.change('install', '/Create', '/XML', file, '/F');
  } finally {
    removeFile(disk, file);
  }
}

async function uninstall(
  { disk, paths }: ServiceContext,
  control: TaskControl,
  { purge }: UninstallOptions,
): Promise<UninstallResult> {
  const configurationFolder = configurationFolderOf(paths);
  const kept: string[] = [];
  const before = await control.query();
  const executable = placeOf(before, { disk, paths });
  if (before.installed) await control.halt('uninstall');
  await control.delete('uninstall');
  // Windows keeps a running program's file, and it may be the one that removes itself here.
  if (tryRemoveExecutable(disk, executable)) removeEmptyFolder(win32.dirname(executable));
  else kept.push(executable);
  if (purge) removeFolder(configurationFolder);
  else kept.push(configurationFolder);
  return { kept, remarks: setupRemarks(disk, executable, 'uninstall') };
}

/** Where the program of the task is; where one is to be put when there is none. */
function placeOf(
  { executable }: TaskState,
  { disk, paths }: Pick<ServiceContext, 'disk' | 'paths'>,
): string {
  const isThere = executable !== undefined && disk.stat(executable) !== undefined;
  return isThere ? executable : paths.executable;
}

function uninstallerBeside(disk: Disk, executable: string): string | undefined {
  const uninstaller = win32.join(win32.dirname(executable), 'Uninstall.exe');
  return disk.stat(uninstaller) === undefined ? undefined : uninstaller;
}

/** The setup program has its own entry in Windows' list, which nothing here touches. */
function setupRemarks(
  disk: Disk,
  executable: string,
  verb: 'install' | 'uninstall',
): readonly string[] {
  const uninstaller = uninstallerBeside(disk, executable);
  if (uninstaller === undefined) return [];
  return [
    verb === 'install'
      ? 'The setup program had installed System Monitor: "Installed apps" goes on showing the version that it installed.'
      : `The setup program had installed System Monitor, and "Installed apps" still shows it. This removes the rest: "${uninstaller}" /S`,
  ];
}

function configurationFolderOf({ configurationFile }: ServicePaths): string {
  return win32.dirname(configurationFile);
}
