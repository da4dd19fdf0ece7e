/** Collectors for the commands: which settings they are given, and one sample of a part or of all. */
import { MonitorError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Runtime } from '../base/runtime.ts';
import { collectWithin, createStatsCollector } from '../collectors/collect-stats.ts';
import type { Collector } from '../collectors/collector.ts';
import { createCollectorContext } from '../collectors/context.ts';
import { createCollectors } from '../collectors/index.ts';
import { findLocations, type LocationOptions } from '../config/locations.ts';
import type { SettingKey } from '../settings/setting-table.ts';
import type { Settings } from '../settings/settings.ts';
import type { Stats, StatsPart } from '../wire/stats.ts';

export interface CommandCollectors {
  /** One part. Throws a MonitorError when it cannot be had. */
  part<Part extends StatsPart>(part: Part): Promise<Stats[Part]>;
  /** All parts; failed ones are empty, as in a report. Throws when cpu or memory is missing. */
  stats(): Promise<Stats>;
  close(): void;
}

export interface CommandCollectorsOptions {
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly locations: LocationOptions;
  readonly flags: Partial<Record<SettingKey, string>>;
}

export async function createCommandCollectors(
  options: CommandCollectorsOptions,
): Promise<CommandCollectors> {
  const { runtime, logger } = options;
  const settings = await collectingSettings(options);
  const context = createCollectorContext(runtime, logger, settings);
  const collectors = createCollectors(context);

  async function stats(): Promise<Stats> {
    const result = await createStatsCollector(collectors, context).collect();
    for (const { error } of result.failures) {
      await runtime.stderr.write(`system-monitor: ${error.message}\n`);
    }
    if (result.kind === 'collected') return result.stats;
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: 'collect stats',
      reason: 'without cpu and memory there is no report',
    });
  }

  return {
    part: (part) => {
      const collector: Collector<Stats[typeof part]> = collectors[part];
      return collectWithin(part, (signal) => collector.collect(signal), context);
    },
    stats,
    close: () => {
      for (const collector of Object.values(collectors)) collector.close?.();
    },
  };
}

/**
 * Reading settings loads zod, which would double the start of a one-shot command: it is done only
 * where there is something to read. A file that cannot be used is said and left aside, since the
 * question was what the machine does and not how it is configured.
 */
async function collectingSettings(
  options: CommandCollectorsOptions,
): Promise<Settings | undefined> {
  const { runtime, flags, locations } = options;
  const { disk } = locations;
  const { path } = findLocations(locations).configuration;
  const hasFlags = Object.keys(flags).length > 0;
  const hasEnvironment = Object.keys(runtime.environment).some(isSettingVariable);
  if (!hasFlags && !hasEnvironment && disk.stat(path) === undefined) return undefined;
  const { loadSettings } = await import('../config/load.ts');
  const { environment } = runtime;
  try {
    return loadSettings({ disk, path, environment, flags }).settings;
  } catch (error) {
    if (!(error instanceof MonitorError) || error.code === 'USAGE') throw error;
    // An ordinary user may not read a service's file, and need not.
    if (error.code !== 'PERMISSION') {
      await runtime.stderr.write(
        `system-monitor: ${error.message}\n(its filters are left aside for this call)\n`,
      );
    }
    return hasFlags ? loadSettings({ disk, path: '', environment: {}, flags }).settings : undefined;
  }
}

const locationVariables = new Set(['SYSTEM_MONITOR_CONFIG', 'SYSTEM_MONITOR_STATE_DIR']);

function isSettingVariable(name: string): boolean {
  return name.startsWith('SYSTEM_MONITOR_') && !locationVariables.has(name);
}
