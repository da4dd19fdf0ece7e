/** What `service` hands to the service's manager: places, settings and the program itself. */
import { MonitorError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { openConfiguration } from '../config/configuration.ts';
import { type OwnPaths, systemPaths, userPaths } from '../config/locations.ts';
import type { RunCommand } from '../host/run-command.ts';
import type { Settings, SettingsFile, TypedSettings } from '../settings/settings.ts';
import { findCaller } from './caller.ts';
import type { InstallSettings, TakenSettings } from './install-settings.ts';
import { type InstallResult, type ServiceManager, serviceName } from './service.ts';

export interface InstallFlags {
  /** To be kept in the service's file. */
  readonly settings: TypedSettings;
  /** A file whose settings the service is to begin with, all of them. */
  readonly config?: string | undefined;
  /** A file to take id, URL, name and interval from, in place of the caller's own. */
  readonly from?: string | undefined;
  /** The service is to wait for a URL. */
  readonly withoutUrl?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

/** The person who calls, where one is there to be asked. Each rejects with CANCELLED. */
export interface InstallDialog {
  /** Answers with a URL, and with what else was asked for. */
  readonly askForUrl: ((known: SettingsFile) => Promise<SettingsFile>) | undefined;
  /** Resolves where the one is the other, or may be replaced by it. */
  readonly insistOnNewId: (before: string | undefined, after: string | undefined) => Promise<void>;
}

export interface InstalledService extends InstallResult {
  readonly systemId: string;
  readonly settings: Settings;
  /** False where no URL is set, so that the service waits for one. */
  readonly hasUrl: boolean;
  /** Undefined where nothing was taken from a person's settings. */
  readonly taken: TakenSettings | undefined;
  readonly stateFolder: string;
}

interface Reach {
  readonly manager: ServiceManager;
  readonly runCommand: RunCommand;
}

export async function openServiceManager(runtime: Runtime): Promise<ServiceManager> {
  return (await reach(runtime)).manager;
}

/**
 * Runs the system's own programs, looked up nowhere that a lesser user could have named: neither in
 * the caller's PATH nor, on Windows, in the current folder.
 */
async function createSystemRunner({
  platform,
  environment,
}: Pick<Runtime, 'platform' | 'environment'>): Promise<RunCommand> {
  const { createCommandRunner, systemPath } = await import('../host/run-command.ts');
  if (platform !== 'win32') {
    return createCommandRunner({ environment: { ...environment, PATH: systemPath } });
  }
  const { systemFolder } = await import('../host/win32/system-folder.ts');
  return createCommandRunner({ environment, programFolder: await systemFolder() });
}

async function reach(runtime: Runtime): Promise<Reach> {
  const [{ createServiceManager, servicePaths }, runCommand] = await Promise.all([
    import('./index.ts'),
    createSystemRunner(runtime),
  ]);
  const { disk, platform, environment, clock, userId } = runtime;
  const manager = createServiceManager({
    ...{ disk, platform, runCommand, clock, userId },
    paths: servicePaths({ platform, environment, ...systemPaths(runtime) }),
  });
  return { manager, runCommand };
}

export async function installService(
  runtime: Runtime,
  flags: InstallFlags,
  dialog: InstallDialog,
): Promise<InstalledService> {
  const { result, system, taken } = await runInstall(runtime, { ...flags, dryRun: false }, dialog);
  const { settings, sources, systemId } = await system.loadWithSystemId(runtime.randomBytes);
  return {
    ...{ ...result, settings, systemId, hasUrl: sources.has('url'), taken },
    stateFolder: systemPaths(runtime).stateFolder,
  };
}

/** Throws as installService would where nobody is there to be asked, and changes nothing. */
export async function tryInstall(runtime: Runtime, flags: InstallFlags): Promise<InstallResult> {
  const nobody = { askForUrl: undefined, insistOnNewId: async () => {} };
  return (await runInstall(runtime, { ...flags, dryRun: true }, nobody)).result;
}

interface RunInstall {
  readonly result: InstallResult;
  /** The service's own. */
  readonly system: ReturnType<typeof openSystemConfiguration>;
  readonly taken: TakenSettings | undefined;
}

async function runInstall(
  runtime: Runtime,
  flags: InstallFlags,
  dialog: InstallDialog,
): Promise<RunInstall> {
  const { parseFlags } = await import('../settings/validate.ts');
  const typed = parseFlags(flags.settings);
  const sourceExecutable = ownExecutable(runtime);
  const { manager, runCommand } = await reach(runtime);
  const system = openSystemConfiguration(runtime);
  let settled: InstallSettings | undefined;
  const result = await manager.install({
    sourceExecutable,
    dryRun: flags.dryRun === true,
    prepare: async () => {
      const own = await ownPlaces(runtime, runCommand);
      settled = await settle(runtime, flags, typed, own, dialog);
    },
    configure: async () => {
      await system.save(settled?.changes ?? typed);
      await system.loadWithSystemId(runtime.randomBytes);
    },
  });
  return { result, system, taken: settled?.taken };
}

/** What is to be saved, once whoever calls has said what is missing. */
async function settle(
  runtime: Runtime,
  flags: InstallFlags,
  typed: SettingsFile,
  own: readonly OwnPaths[],
  dialog: InstallDialog,
): Promise<InstallSettings> {
  const { settleSettings } = await import('./install-settings.ts');
  const { disk, environment } = runtime;
  const named = environment.SYSTEM_MONITOR_CONFIG;
  let settled = settleSettings({
    ...{ disk, flags: typed, from: flags.from, own },
    ...systemPaths(runtime),
    whole: flags.config ?? (flags.from === undefined && named !== '' ? named : undefined),
  });
  if (settled.settings.url === undefined && flags.withoutUrl !== true) {
    if (dialog.askForUrl === undefined) throw urlMissing(own);
    const said = await dialog.askForUrl(settled.settings);
    settled = {
      ...settled,
      changes: { ...settled.changes, ...said },
      settings: { ...settled.settings, ...said },
    };
  }
  const { settings: before } = openSystemConfiguration(runtime).loadGood();
  await dialog.insistOnNewId(
    settled.isUnused ? undefined : before.system_id,
    settled.settings.system_id,
  );
  return settled;
}

/** The caller's own settings, and then those of root itself: `sudo … config set` wrote there. */
async function ownPlaces(runtime: Runtime, runCommand: RunCommand): Promise<readonly OwnPaths[]> {
  const { environment, homeFolder, platform } = runtime;
  const caller = await findCaller({ ...runtime, runCommand });
  const homes = caller === undefined ? [homeFolder] : [caller.homeFolder, homeFolder];
  // The caller's XDG_CONFIG_HOME gets here where sudo lets it, and root's where root has one.
  const places = homes.flatMap((home) => [
    userPaths({ platform, environment, homeFolder: home }),
    userPaths({ platform, environment: {}, homeFolder: home }),
  ]);
  return places.filter(
    ({ configurationFile }, at) =>
      places.findIndex((one) => one.configurationFile === configurationFile) === at,
  );
}

/** Without the environment: what a service is to have stands in its file. */
function openSystemConfiguration(runtime: Runtime): ReturnType<typeof openConfiguration> {
  const { disk, platform, environment, homeFolder, clock } = runtime;
  const { configurationFile, stateFolder } = systemPaths({ platform, environment });
  return openConfiguration(
    {
      ...{ disk, platform, homeFolder },
      environment: {},
      configFlag: configurationFile,
      stateFlag: stateFolder,
    },
    clock,
  );
}

function urlMissing(own: readonly OwnPaths[]): MonitorError {
  const places = own.map(({ configurationFile }) => configurationFile).join(' or ');
  return new MonitorError({
    code: 'CONFIG_INVALID',
    operation: 'install the service',
    reason: `no URL is set: the service has none, and none was found in ${places}`,
    hint: `Name your server: ${serviceName} service install --url https://monitor.example.com/ (or add --without-url: reports are then kept until a URL is set)`,
  });
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
