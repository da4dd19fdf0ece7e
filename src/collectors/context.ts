/** What the collectors are given, out of the settings and this process's surroundings. */
import type { Logger } from '../base/logger.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Settings } from '../settings/settings.ts';
import { type CollectorContext, defaultCollectorSettings } from './collector.ts';
import { probeMountCommand } from './probe-mount-command.ts';
import { createSystemRoots } from './roots.ts';

/** The collectors' own settings out of all settings, or the defaults. */
export function createCollectorContext(
  runtime: Runtime,
  logger: Logger,
  settings: Settings | undefined,
): CollectorContext {
  return {
    clock: runtime.clock,
    logger,
    platform: runtime.platform,
    mountProbe: [...runtime.selfCommand, probeMountCommand],
    roots: createSystemRoots(settings?.host_root),
    settings:
      settings === undefined
        ? defaultCollectorSettings
        : {
            ...defaultCollectorSettings,
            scope: settings.scope,
            processesDetail: settings.processes_detail,
            processesInclude: settings.processes_include,
            processesExclude: settings.processes_exclude,
            disksInclude: settings.disks_include,
            disksExclude: settings.disks_exclude,
            networkInclude: settings.network_include,
            networkExclude: settings.network_exclude,
          },
  };
}
