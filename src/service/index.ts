/** Picks the service manager of this system. */
import { posix, win32 } from 'node:path';
import { MonitorError } from '../base/errors.ts';
import { createLaunchdService } from './launchd.ts';
import {
  type ServiceContext,
  type ServiceManager,
  type ServicePaths,
  serviceName,
  serviceTitle,
} from './service.ts';
import { createSystemdService } from './systemd.ts';
import { createTaskSchedulerService } from './task-scheduler.ts';

export interface ServiceManagerOptions extends ServiceContext {
  readonly platform: NodeJS.Platform;
}

/** Throws NOT_AVAILABLE on systems that have none of the three. */
export function createServiceManager(options: ServiceManagerOptions): ServiceManager {
  switch (options.platform) {
    case 'linux':
      return createSystemdService(options);
    case 'darwin':
      return createLaunchdService(options);
    case 'win32':
      return createTaskSchedulerService(options);
    default:
      throw new MonitorError({
        code: 'NOT_AVAILABLE',
        operation: 'reach the service manager',
        reason: `there is none for ${options.platform}`,
        hint: `Let whatever starts programs on this system run: ${serviceName} background`,
      });
  }
}

export interface ServicePathOptions {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The system-wide places, as src/config chooses them. */
  readonly configurationFile: string;
  readonly stateFolder: string;
}

export function servicePaths(options: ServicePathOptions): ServicePaths {
  const { platform, environment, configurationFile, stateFolder } = options;
  switch (platform) {
    case 'win32': {
      const programs = environment.ProgramFiles ?? 'C:\\Program Files';
      return {
        definitionFolder: win32.dirname(configurationFile),
        executable: win32.join(programs, serviceTitle, `${serviceName}.exe`),
        configurationFile,
        stateFolder,
        logFile: win32.join(stateFolder, `${serviceName}.log`),
      };
    }
    case 'darwin':
      return {
        definitionFolder: '/Library/LaunchDaemons',
        // Homebrew makes /usr/local/bin writable for an ordinary user: whoever may replace what root
        // starts at boot is root.
        executable: `/opt/${serviceName}/bin/${serviceName}`,
        commandLink: `/usr/local/bin/${serviceName}`,
        configurationFile,
        stateFolder,
        logFile: `/Library/Logs/${serviceTitle}/${serviceName}.log`,
      };
    default:
      return {
        definitionFolder: '/etc/systemd/system',
        executable: `/usr/local/bin/${serviceName}`,
        configurationFile,
        stateFolder,
        logFile: posix.join(stateFolder, `${serviceName}.log`),
      };
  }
}
