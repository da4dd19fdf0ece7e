/**
 * What a service manager can be asked, whichever it is: systemd on Linux, launchd on macOS, the Task
 * Scheduler on Windows. Each of them has one file that makes its definition (pure text) and one that
 * talks to it; index.ts picks.
 */
import type { Clock } from '../base/clock.ts';
import type { Disk } from '../base/disk.ts';
import type { RunCommand } from '../host/run-command.ts';

export type ServiceManagerName = 'systemd' | 'launchd' | 'task scheduler';

export interface ServiceStatus {
  readonly manager: ServiceManagerName;
  /** The manager knows the service. */
  readonly installed: boolean;
  /** It starts at the next boot. */
  readonly enabled: boolean;
  readonly running: boolean;
  /** The manager's own word for its state: `active (running)`, `activating (auto-restart)`. */
  readonly state: string;
  /** Absent when it does not run, or where the manager does not say. */
  readonly pid?: number;
  /** When it entered its present state, ISO 8601 in UTC. Absent where the manager does not say. */
  readonly since?: string;
  /** The file that defines the service. Absent where there is none. */
  readonly definition?: string;
}

export interface InstallOptions {
  /** The executable that is to become the service; it is copied to `paths.executable`. */
  readonly sourceExecutable: string;
  /**
   * Settles what `configure` is to write: called once the rights are known to suffice, as far as they
   * can be, and before anything is changed. It may ask a person, and throw.
   */
  readonly prepare?: () => Promise<void>;
  /**
   * Writes the settings to `paths.configurationFile`: called once the rights are known to suffice,
   * and before anything starts. The file is handed to the service's user afterwards.
   */
  readonly configure: () => Promise<void>;
  /** Looks at the rights and at what is there, and changes nothing. */
  readonly dryRun?: boolean;
}

export interface InstallResult {
  /** False where an older one was replaced, or a package had brought the service already. */
  readonly isNew: boolean;
  /** What runs at boot from now on. */
  readonly executable: string;
  /** Its settings. */
  readonly configurationFile: string;
  /** What else is to be told, in whole sentences: who else has a hand in this service. */
  readonly remarks: readonly string[];
}

export interface UninstallOptions {
  /** Removes the configuration and the reports not yet delivered as well. */
  readonly purge: boolean;
}

export interface UninstallResult {
  /** What is still there: settings and reports without `purge`, and what could not be removed. */
  readonly kept: readonly string[];
  /** As for InstallResult. */
  readonly remarks: readonly string[];
}

export interface LogOptions {
  readonly lines: number;
  /** Goes on with new lines until `signal` aborts. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Takes the log's bytes as they come. */
  readonly write: (piece: Uint8Array) => void;
}

/**
 * Everything here is idempotent: starting what runs, stopping what is stopped, installing over an
 * older version (an upgrade in place) and removing what is not there are all fine. An upgrade that
 * fails leaves the older version at work.
 *
 * Each may throw a MonitorError: PERMISSION (run it as the administrator; the hint says how),
 * NOT_AVAILABLE (this system has no such manager, or the service is not installed), UNAVAILABLE
 * (the manager refused, or the service ended at once; the reason quotes it), TIMEOUT.
 */
export interface ServiceManager {
  /** Makes the service start at every boot and starts it now. */
  install(options: InstallOptions): Promise<InstallResult>;
  /** Stops and removes it. Settings and unsent reports stay unless `purge`. */
  uninstall(options: UninstallOptions): Promise<UninstallResult>;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Needs no special rights, but that Windows shows the task to administrators alone. */
  status(): Promise<ServiceStatus>;
  logs(options: LogOptions): Promise<void>;
}

/** Where the pieces of an installed service lie. */
export interface ServicePaths {
  /** The folder of the manager's definitions: `/etc/systemd/system`. Unused on Windows. */
  readonly definitionFolder: string;
  /** Where `install` puts the executable. Nobody but the administrator may write to that folder. */
  readonly executable: string;
  /** A link to it in a folder that shells search, where the executable itself lies in none. */
  readonly commandLink?: string;
  readonly configurationFile: string;
  /** Reports not yet delivered, and what the agent remembers. */
  readonly stateFolder: string;
  /** Where the agent's lines go on systems without a journal. It keeps the file short itself. */
  readonly logFile: string;
}

export interface ServiceContext {
  readonly disk: Disk;
  readonly paths: ServicePaths;
  readonly runCommand: RunCommand;
  readonly clock: Clock;
  /** The effective user's number; undefined on Windows, which has none. */
  readonly userId: number | undefined;
}

/** The name that a user types after `systemctl` or `journalctl -u`. */
export const serviceName = 'system-monitor';

/** What people read in lists of services and under Windows' installed apps. */
export const serviceTitle = 'System Monitor';

export const serviceDescription =
  'Sends reports on this machine to your own server as plain JSON, and loses none on the way';

/**
 * What every manager gets as the program's arguments; a log file where it keeps no log itself. With
 * `--service` it waits where no URL was saved: nobody is there to see that it reports to a default.
 */
export function serviceArguments(
  paths: Pick<ServicePaths, 'configurationFile' | 'stateFolder'> & { readonly logFile?: string },
): readonly string[] {
  const { configurationFile, stateFolder, logFile } = paths;
  return [
    'background',
    '--service',
    '--config',
    configurationFile,
    '--state-dir',
    stateFolder,
    ...(logFile === undefined ? [] : ['--log-file', logFile]),
  ];
}
