/** The pieces of the background process, made out of the settings and remade when those change. */
import { join } from 'node:path';
import type { Reporting } from '../agent/agent.ts';
import type { Logger } from '../base/logger.ts';
import type { Runtime } from '../base/runtime.ts';
import { createStatsCollector, type StatsCollector } from '../collectors/collect-stats.ts';
import { createCollectorContext } from '../collectors/context.ts';
import { createHttpTransport } from '../delivery/http-transport.ts';
import type { Transport } from '../delivery/transport.ts';
import { type SettingPiece, settingPieces } from '../settings/setting-row.ts';
import { type SettingKey, settingKeys, settingRow } from '../settings/setting-table.ts';
import type { Settings } from '../settings/settings.ts';
import { createSpool } from '../spool/create-spool.ts';
import { spoolLimitsOf } from '../spool/limits.ts';
import type { Spool } from '../spool/spool.ts';

export interface SettingChanges {
  readonly keys: readonly SettingKey[];
  /** What is made of them and takes them over now. */
  readonly pieces: ReadonlySet<SettingPiece>;
  /** Those that take effect only after a restart. */
  readonly needRestart: readonly SettingKey[];
}

export function compareSettings(before: Settings, after: Settings): SettingChanges {
  const keys = settingKeys.filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  const isLive = (key: SettingKey) => settingPieces[settingRow(key).piece] === 'at once';
  return {
    keys,
    pieces: new Set(keys.filter(isLive).map((key) => settingRow(key).piece)),
    needRestart: keys.filter((key) => !isLive(key)),
  };
}

export function reportingOf(
  settings: Settings,
  systemId: string,
  collector: StatsCollector,
): Reporting {
  return {
    header: { systemId, url: settings.url, intervalSeconds: settings.interval },
    collector,
  };
}

/** The collectors, and what they tell beside their figures. */
export interface Collecting {
  readonly collector: StatsCollector;
  /** Mount points that do not answer and are left alone, sorted. */
  stuckMounts(): readonly string[];
}

/** How each piece is made. Tests put others in their place. */
export interface Makers {
  readonly spool: (settings: Settings) => Spool;
  readonly transport: (settings: Settings) => Transport;
  readonly collecting: (settings: Settings) => Collecting;
}

export function createMakers(runtime: Runtime, stateFolder: string, logger: Logger): Makers {
  const { clock, disk, environment, pid } = runtime;
  return {
    spool: (settings) =>
      createSpool({
        folder: join(stateFolder, 'spool'),
        limits: spoolLimitsOf(settings),
        ...{ disk, pid, clock, logger },
      }),
    transport: (settings) => createHttpTransport({ settings, environment, logger }),
    collecting: (settings) => {
      let stuckMounts: readonly string[] = [];
      const context = {
        ...createCollectorContext(runtime, logger, settings),
        onStuckMounts: (mountPoints: readonly string[]) => {
          stuckMounts = mountPoints;
        },
      };
      return {
        collector: createStatsCollector(context),
        stuckMounts: () => stuckMounts,
      };
    },
  };
}
