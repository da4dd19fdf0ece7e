/**
 * The service on Windows: a task of the Task Scheduler, which needs no code of ours inside a service
 * process and starts at boot without anybody logging in.
 */
import { win32 } from 'node:path';
import { makeFolder, writeFileDurably } from '../base/atomic-file.ts';
import { notInstalled } from './ask.ts';
import {
  installExecutable,
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
      return { manager: 'task scheduler', ...(await control.query()) };
    },

    logs: (options) => tailLog(context.paths.logFile, context.clock, options),
  };
}

async function install(
  context: ServiceContext,
  control: TaskControl,
  { sourceExecutable, prepare, configure }: InstallOptions,
): Promise<InstallResult> {
  const { disk, paths } = context;
  const configurationFolder = configurationFolderOf(paths);
  const before = await control.query();
  await prepare?.();
  makeFolder(disk, configurationFolder);
  for (const step of closeFolder) {
    await control.asAdministrator('install', 'icacls', [configurationFolder, ...step]);
  }
  makeFolder(disk, paths.stateFolder);
  await configure();
  if (before.installed) await control.halt('install');
  try {
    installExecutable(disk, sourceExecutable, paths.executable);
    await register(context, control);
  } catch (error) {
    // An upgrade that failed leaves the old version at work.
    if (before.installed) await control.goOn();
    throw error;
  }
  await control.change('install', '/Run');
  return {
    isNew: !before.installed,
    executable: paths.executable,
    configurationFile: paths.configurationFile,
  };
}

async function register({ disk, paths }: ServiceContext, control: TaskControl): Promise<void> {
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
  if ((await control.query()).installed) await control.halt('uninstall');
  await control.delete('uninstall');
  // Windows keeps a running program's file, and it may be the one that removes itself here.
  if (tryRemoveExecutable(disk, paths.executable))
    removeEmptyFolder(win32.dirname(paths.executable));
  else kept.push(paths.executable);
  if (purge) removeFolder(configurationFolder);
  else kept.push(configurationFolder);
  return { kept };
}

function configurationFolderOf({ configurationFile }: ServicePaths): string {
  return win32.dirname(configurationFile);
}
