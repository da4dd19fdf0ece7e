/** What `service` hands to the service's manager: places, settings and the program itself. */
import { MonitorError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { systemPaths } from '../config/locations.ts';
import type { SettingsFile, TypedSettings } from '../settings/settings.ts';
import type { InstallResult, ServiceManager } from './service.ts';

export interface InstallFlags {
  /** To be kept in the service's file. */
  readonly settings: TypedSettings;
  /** A file whose settings the service is to begin with. */
  readonly config?: string | undefined;
}

export async function openServiceManager(runtime: Runtime): Promise<ServiceManager> {
  const [{ createServiceManager, servicePaths }, { createCommandRunner }] = await Promise.all([
    import('./index.ts'),
    import('../host/run-command.ts'),
  ]);
  const { disk, platform, environment, clock, userId } = runtime;
  return createServiceManager({
    disk,
    platform,
    paths: servicePaths({ platform, environment, ...systemPaths(runtime) }),
    runCommand: createCommandRunner({ environment }),
    clock,
    userId,
  });
}

export async function installService(
  runtime: Runtime,
  flags: InstallFlags,
): Promise<InstallResult> {
  const { parseFlags } = await import('../settings/validate.ts');
  const typed = parseFlags(flags.settings);
  const sourceExecutable = ownExecutable(runtime);
  const manager = await openServiceManager(runtime);
  const configure = () => writeConfiguration(runtime, typed, flags.config);
  return manager.install({ sourceExecutable, configure });
}

/**
 * Settles the system-wide file: the settings of --config, else what was in force until now (an older
 * installation's, or the user's own where this is the first), and over them this call's flags. A
 * machine without an id gets one.
 */
async function writeConfiguration(
  runtime: Runtime,
  typed: SettingsFile,
  given: string | undefined,
): Promise<void> {
  const [{ openConfiguration }, { readSettingsFile }, { findLocations }] = await Promise.all([
    import('../config/configuration.ts'),
    import('../config/file.ts'),
    import('../config/locations.ts'),
  ]);
  const { disk, platform, environment, homeFolder, clock } = runtime;
  const inForce = findLocations({
    ...{ disk, platform, environment, homeFolder },
    configFlag: given,
  }).configuration.path;
  const base = readSettingsFile(disk, inForce);
  if (base === undefined && given !== undefined) {
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: `read ${given}`,
      reason: 'there is no such file',
    });
  }
  const { configurationFile, stateFolder } = systemPaths(runtime);
  const system = openConfiguration(
    {
      disk,
      platform,
      environment: {},
      homeFolder,
      configFlag: configurationFile,
      stateFlag: stateFolder,
    },
    clock,
  );
  await system.save({ ...base, ...typed });
  await system.loadWithSystemId(runtime.randomBytes);
}

/** A service needs one file that stays; a source tree may move, and its Node with it. */
function ownExecutable(runtime: Runtime): string {
  const [program, ...more] = runtime.selfCommand;
  if (program !== undefined && more.length === 0) return program;
  throw new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: 'install the service',
    reason: 'this program is running from its source code',
    hint: 'Build the executable and install it: npm run build && sudo dist/system-monitor service install',
  });
}
