/** The pieces of the background process, made out of the settings and remade when those change. */
import { join } from 'node:path';
import type { Reporting } from '../agent/agent.ts';
import type { Disk } from '../base/disk.ts';
import type { Logger } from '../base/logger.ts';
import { type ClosableLogger, createPinoLogger } from '../base/pino-logger.ts';
import type { Runtime } from '../base/runtime.ts';
import { createStatsCollector, type StatsCollector } from '../collectors/collect-stats.ts';
import type { CollectingSettings } from '../collectors/collector.ts';
import { createCollectorContext } from '../collectors/context.ts';
import { createHealthBook } from '../collectors/part-health.ts';
import type { Locations } from '../config/locations.ts';
import { createHttpTransport, type TransportSettings } from '../delivery/http-transport.ts';
import type { Transport } from '../delivery/transport.ts';
import { serverUrlOf } from '../settings/server-url.ts';
import { isLivePiece, type LivePiece } from '../settings/setting-row.ts';
import { type SettingKey, settingKeys, settingRow } from '../settings/setting-table.ts';
import type { Settings, SettingsOf } from '../settings/settings.ts';
import { createSpool } from '../spool/create-spool.ts';
import { type SpoolSettings, spoolLimitsOf } from '../spool/limits.ts';
import type { Spool } from '../spool/spool.ts';

export interface SettingChanges {
  readonly keys: readonly SettingKey[];
  /** What is made of them and takes them over now. */
  readonly pieces: ReadonlySet<LivePiece>;
  /** Those that take effect only after a restart. */
  readonly needRestart: readonly SettingKey[];
}

export function compareSettings(before: Settings, after: Settings): SettingChanges {
  const keys = settingKeys.filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  return {
    keys,
    pieces: new Set(keys.map((key) => settingRow(key).piece).filter(isLivePiece)),
    needRestart: keys.filter((key) => !isLivePiece(settingRow(key).piece)),
  };
}

/** `knownId`, where the settings name none: it was made here, or named by them before. */
export function reportingOf(
  settings: Pick<Settings, 'system_id' | 'url' | 'interval' | 'report_max_kib'>,
  knownId: string,
  collector: Reporting['collector'],
): Reporting {
  const { system_id: systemId = knownId, url, interval: intervalSeconds } = settings;
  return {
    header: { systemId, url: serverUrlOf(url).sent, intervalSeconds },
    reportBytesMax: settings.report_max_kib * 1024,
    collector,
  };
}

/** `isTerminal`: whether standard error is one. */
export function createSettingsLogger(
  { log_level: level, log_file: file }: SettingsOf<'log'>,
  disk: Disk,
  isTerminal = false,
): ClosableLogger {
  return createPinoLogger({ disk, level, file, isTerminal });
}

/** How each piece is made. Tests put others in their place. */
export interface Makers {
  readonly spool: (settings: SpoolSettings) => Spool;
  readonly transport: (settings: TransportSettings) => Transport;
  readonly collecting: (settings: CollectingSettings) => StatsCollector;
}

export function createMakers(
  runtime: Runtime,
  { configuration, state }: Locations,
  logger: Logger,
): Makers {
  // Who named them; whose the reports are does not matter to whoever is to send them.
  const namedFiles = runtime.disk.withRightsOf([configuration.path]);
  const { clock, disk, environment, pid } = runtime;
  const health = createHealthBook({ clock, logger });
  return {
    spool: (settings) =>
      createSpool({
        folder: join(state.path, 'spool'),
        limits: spoolLimitsOf(settings),
        ...{ disk, pid, clock, logger },
      }),
    transport: (settings) =>
      createHttpTransport({ disk: namedFiles, settings, environment, logger }),
    collecting: (settings) =>
      createStatsCollector(createCollectorContext(runtime, logger, settings), { health }),
  };
}
