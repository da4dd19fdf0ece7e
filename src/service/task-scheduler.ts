/**
 * The service on Windows: a task of the Task Scheduler, which needs no code of ours inside a service
 * process and starts at boot without anybody logging in.
 * schtasks: https://learn.microsoft.com/windows-server/administration/windows-commands/schtasks
 */
import { win32 } from 'node:path';
import { makeFolder, writeFileDurably } from '../base/atomic-file.ts';
import { MonitorError } from '../base/errors.ts';
import { ask, complaintOf, notInstalled } from './ask.ts';
import {
  installExecutable,
  removeEmptyFolder,
  removeFile,
  removeFolder,
  tryRemoveExecutable,
} from './files.ts';
import { tailLog } from './log-file.ts';
import {
  type InstallResult,
  type ServiceContext,
  type ServiceManager,
  type ServiceStatus,
  serviceName,
  type UninstallResult,
} from './service.ts';
import { parseTaskState, type TaskState } from './task-state.ts';
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

/** An ended task's process takes a moment to let go of its file. */
const endStepMs = 250;
const endAttempts = 40;

export interface TaskSchedulerOptions {
  /** The task's name in the scheduler's library; tests register one beside the real one. */
  readonly name?: string;
}

export function createTaskSchedulerService(
  { disk, paths, runCommand, clock }: ServiceContext,
  { name = taskName }: TaskSchedulerOptions = {},
): ServiceManager {
  const configurationFolder = win32.dirname(paths.configurationFile);

  async function query(): Promise<TaskState> {
    const definition = await ask(runCommand, 'schtasks', ['/Query', '/TN', name, '/XML']);
    const details = ['/Query', '/TN', name, '/FO', 'CSV', '/NH', '/V'];
    const state = await ask(runCommand, 'schtasks', details);
    return parseTaskState(definition.stdout, state.stdout);
  }

  async function requireInstalled(verb: string): Promise<void> {
    if (!(await query()).installed) throw notInstalled(verb);
  }

  const change = (verb: string, ...args: string[]) => asAdministrator(verb, 'schtasks', args);

  /** There is no asking beforehand whether this is an administrator; a refusal says so. */
  async function asAdministrator(
    verb: string,
    program: string,
    args: readonly string[],
  ): Promise<void> {
    const result = await ask(runCommand, program, args);
    if (result.exitCode === 0) return;
    throw new MonitorError({
      code: 'PERMISSION',
      operation: `${verb} the service`,
      reason: `${program} refused: ${complaintOf(result)}`,
      hint: `Run it from a terminal opened with "Run as administrator": ${serviceName} service ${verb}`,
    });
  }

  /** Ends the agent and keeps the every-minute trigger from bringing it back. */
  async function halt(verb: string): Promise<void> {
    await change(verb, '/Change', '/TN', name, '/DISABLE');
    // Status 1 means that it does not run.
    await ask(runCommand, 'schtasks', ['/End', '/TN', name]);
    for (let attempt = 0; attempt < endAttempts; attempt += 1) {
      if (!(await query()).running) return;
      await clock.sleep(endStepMs);
    }
  }

  async function go(verb: string): Promise<void> {
    await change(verb, '/Change', '/TN', name, '/ENABLE');
    await change(verb, '/Run', '/TN', name);
  }

  /** As `go`, whatever becomes of it: the error that led here is the one to tell. */
  async function goOn(): Promise<void> {
    await ask(runCommand, 'schtasks', ['/Change', '/TN', name, '/ENABLE']);
    await ask(runCommand, 'schtasks', ['/Run', '/TN', name]);
  }

  async function register(): Promise<void> {
    const file = win32.join(configurationFolder, 'task.xml');
    writeFileDurably(disk, file, encodeTaskXml(taskXml(paths)));
    try {
      await change('install', '/Create', '/TN', name, '/XML', file, '/F');
    } finally {
      removeFile(file);
    }
  }

  return {
    async install({ sourceExecutable, configure }): Promise<InstallResult> {
      const before = await query();
      makeFolder(disk, configurationFolder);
      for (const step of closeFolder) {
        await asAdministrator('install', 'icacls', [configurationFolder, ...step]);
      }
      makeFolder(disk, paths.stateFolder);
      await configure();
      if (before.installed) await halt('install');
      try {
        installExecutable(disk, sourceExecutable, paths.executable);
        await register();
      } catch (error) {
        // An upgrade that failed leaves the old version at work.
        if (before.installed) await goOn();
        throw error;
      }
      await change('install', '/Run', '/TN', name);
      return {
        isNew: !before.installed,
        executable: paths.executable,
        configurationFile: paths.configurationFile,
      };
    },

    async uninstall({ purge }): Promise<UninstallResult> {
      const kept: string[] = [];
      if ((await query()).installed) await halt('uninstall');
      const result = await ask(runCommand, 'schtasks', ['/Delete', '/TN', name, '/F']);
      if (result.exitCode !== 0 && (await query()).installed) {
        await change('uninstall', '/Delete', '/TN', name, '/F');
      }
      // Windows keeps a running program's file, and it may be the one that removes itself here.
      if (tryRemoveExecutable(paths.executable)) removeEmptyFolder(win32.dirname(paths.executable));
      else kept.push(paths.executable);
      if (purge) removeFolder(configurationFolder);
      else kept.push(configurationFolder);
      return { kept };
    },

    async start(): Promise<void> {
      await requireInstalled('start');
      await go('start');
    },

    async stop(): Promise<void> {
      await requireInstalled('stop');
      await halt('stop');
    },

    async restart(): Promise<void> {
      await requireInstalled('restart');
      await halt('restart');
      await go('restart');
    },

    async status(): Promise<ServiceStatus> {
      return { manager: 'task scheduler', ...(await query()) };
    },

    logs: (options) => tailLog(paths.logFile, clock, options),
  };
}
