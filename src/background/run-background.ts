/** `background`, from the configuration of this call to its exit code. */
import { buildInfo } from '../base/build-info.ts';
import type { ExitCode } from '../base/exit-codes.ts';
import type { Runtime } from '../base/runtime.ts';
import { type SystemLog, withSystemLog } from '../base/system-log.ts';
import { openConfiguration } from '../config/configuration.ts';
import { destinationOf, readDestination } from '../config/destination.ts';
import type { LocationOptions } from '../config/locations.ts';
import type { TypedSettings } from '../settings/settings.ts';
import { showSetting } from '../settings/show.ts';
import { composeBackground } from './compose.ts';
import { runOnce, runUntilTold } from './lifecycle.ts';
import { createMakers, createSettingsLogger } from './parts.ts';

export interface RunBackgroundOptions {
  readonly runtime: Runtime;
  readonly locations: LocationOptions;
  readonly flags: TypedSettings;
  readonly once: boolean;
  /** The system's service manager started it. */
  readonly isService: boolean;
  /** Where the system's services say what happens to them, beside the log of the settings. */
  readonly systemLog?: SystemLog | undefined;
}

/** Runs until SIGINT, SIGTERM or a bug, or once. Throws a MonitorError where it cannot begin. */
export async function runBackground(options: RunBackgroundOptions): Promise<ExitCode> {
  const { runtime, locations, flags } = options;
  const configuration = openConfiguration(locations, runtime.clock, flags);
  const loaded = await configuration.loadWithSystemId(runtime.randomBytes);
  const { unknown, systemId, isNewId } = loaded;
  const { path } = configuration.locations.configuration;
  const stateFolder = configuration.locations.state.path;
  const remembered = readDestination(runtime.disk, stateFolder);
  const destination = destinationOf(loaded, remembered, options.isService);
  const { settings } = destination;
  const ownDisk = runtime.disk.withRightsOf([path]);
  const logger = withSystemLog(
    createSettingsLogger(settings, ownDisk, runtime.stderr.isTerminal),
    options.systemLog,
    runtime.clock,
  );
  try {
    const make = createMakers(runtime, configuration.locations, logger);
    const background = composeBackground({
      ...{ runtime, configuration, loaded, destination, systemId, logger, make },
    });
    logger.info('agent.started', {
      version: buildInfo().version,
      system_id: systemId,
      new_id: isNewId,
      url: destination.waitsBecause === undefined ? showSetting('url', settings.url) : undefined,
      interval: settings.interval,
      configuration: path,
      state: stateFolder,
      waiting: background.spool.counts().pendingReports,
    });
    if (destination.waitsBecause !== undefined) {
      logger.error('config.url_missing', { reason: destination.waitsBecause });
    } else if (!loaded.sources.has('url')) {
      logger.warn('config.url_default', { url: settings.url });
    }
    if (unknown.length > 0) {
      logger.warn('config.unknown_keys', {
        keys: unknown.map(({ key }) => key),
        hint: unknown.map(({ hint }) => hint).join(' '),
      });
    }
    return await (options.once ? runOnce(background) : runUntilTold(background));
  } finally {
    logger.close();
  }
}
