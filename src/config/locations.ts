/**
 * Which configuration file and which state folder are in force, and why. Where a service is
 * installed its system-wide file is, so that nobody edits one file while the service reads another;
 * the user's own otherwise.
 */
import { posix, win32 } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { systemErrorCode } from '../base/errors.ts';

export interface Location {
  readonly path: string;
  /** Why this one, as a clause: "named by --config". */
  readonly why: string;
}

export interface Locations {
  readonly configuration: Location;
  readonly state: Location;
}

export interface LocationOptions {
  readonly disk: Disk;
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  /** `--config` and `--state-dir`. */
  readonly configFlag?: string | undefined;
  readonly stateFlag?: string | undefined;
}

const fileName = 'config.json';

/** Chooses both places. It reads nothing but the presence of the system-wide file. */
export function findLocations(options: LocationOptions): Locations {
  const system = systemPaths(options);
  const isSystemWide = isThere(options.disk, system.configurationFile);
  return {
    configuration: chooseConfiguration(
      options,
      isSystemWide ? system.configurationFile : undefined,
    ),
    state: chooseState(options, isSystemWide ? system.stateFolder : undefined),
  };
}

function systemFolders(options: Pick<LocationOptions, 'platform' | 'environment'>): {
  readonly configuration: string;
  readonly state: string;
} {
  switch (options.platform) {
    case 'win32': {
      const programData = options.environment.ProgramData ?? 'C:\\ProgramData';
      const folder = win32.join(programData, 'System Monitor');
      return { configuration: folder, state: win32.join(folder, 'state') };
    }
    case 'darwin': {
      const folder = '/Library/Application Support/System Monitor';
      return { configuration: folder, state: `${folder}/state` };
    }
    default:
      return { configuration: '/etc/system-monitor', state: '/var/lib/system-monitor' };
  }
}

/** Where the service keeps its file and its reports, whether it is installed or not. */
export function systemPaths(options: Pick<LocationOptions, 'platform' | 'environment'>): OwnPaths {
  const { configuration, state } = systemFolders(options);
  const configurationFile = pathsOf(options.platform).join(configuration, fileName);
  return { configurationFile, stateFolder: state };
}

function chooseConfiguration(options: LocationOptions, systemFile: string | undefined): Location {
  if (options.configFlag !== undefined) {
    return { path: options.configFlag, why: 'named by --config' };
  }
  const fromEnvironment = options.environment.SYSTEM_MONITOR_CONFIG;
  if (isGiven(fromEnvironment)) {
    return { path: fromEnvironment, why: 'named by SYSTEM_MONITOR_CONFIG' };
  }
  if (systemFile !== undefined) {
    return { path: systemFile, why: 'the system-wide file: a service is installed here' };
  }
  const path = userPaths(options).configurationFile;
  return { path, why: "the user's own: no service is installed here" };
}

function chooseState(options: LocationOptions, systemState: string | undefined): Location {
  if (options.stateFlag !== undefined)
    return { path: options.stateFlag, why: 'named by --state-dir' };
  const fromEnvironment = options.environment.SYSTEM_MONITOR_STATE_DIR;
  if (isGiven(fromEnvironment)) {
    return { path: fromEnvironment, why: 'named by SYSTEM_MONITOR_STATE_DIR' };
  }
  // A configuration that was named by hand stands beside the service, not for it: its reports must
  // not mix with the service's.
  const isNamedByHand =
    options.configFlag !== undefined || isGiven(options.environment.SYSTEM_MONITOR_CONFIG);
  if (systemState !== undefined && !isNamedByHand) {
    return { path: systemState, why: "the system-wide service's" };
  }
  return { path: userFolders(options).state, why: "the user's own" };
}

/** A file and a state folder that belong together. */
export interface OwnPaths {
  readonly configurationFile: string;
  readonly stateFolder: string;
}

export function userPaths(
  options: Pick<LocationOptions, 'platform' | 'environment' | 'homeFolder'>,
): OwnPaths {
  const { configuration, state } = userFolders(options);
  const configurationFile = pathsOf(options.platform).join(configuration, fileName);
  return { configurationFile, stateFolder: state };
}

/** XDG Base Directory 0.8 on Linux and its like; Apple's and Microsoft's own places elsewhere. */
function userFolders(options: Pick<LocationOptions, 'platform' | 'environment' | 'homeFolder'>): {
  readonly configuration: string;
  readonly state: string;
} {
  const { environment, homeFolder, platform } = options;
  switch (platform) {
    case 'win32': {
      const roaming = environment.APPDATA ?? win32.join(homeFolder, 'AppData', 'Roaming');
      const local = environment.LOCALAPPDATA ?? win32.join(homeFolder, 'AppData', 'Local');
      return {
        configuration: win32.join(roaming, 'System Monitor'),
        state: win32.join(local, 'System Monitor', 'state'),
      };
    }
    case 'darwin': {
      const folder = `${homeFolder}/Library/Application Support/System Monitor`;
      return { configuration: folder, state: `${folder}/state` };
    }
    default:
      return {
        configuration: posix.join(
          xdg(environment.XDG_CONFIG_HOME, homeFolder, '.config'),
          'system-monitor',
        ),
        state: posix.join(
          xdg(environment.XDG_STATE_HOME, homeFolder, '.local/state'),
          'system-monitor',
        ),
      };
  }
}

/** XDG: "If an implementation encounters a relative path … it should consider the path invalid". */
function xdg(value: string | undefined, homeFolder: string, fallback: string): string {
  return value?.startsWith('/') === true ? value : posix.join(homeFolder, fallback);
}

function pathsOf(platform: NodeJS.Platform): typeof posix {
  return platform === 'win32' ? win32 : posix;
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** A folder that may not be entered counts as there. */
function isThere(disk: Disk, path: string): boolean {
  try {
    return disk.stat(path) !== undefined;
  } catch (error) {
    return systemErrorCode(error) === 'EACCES';
  }
}
