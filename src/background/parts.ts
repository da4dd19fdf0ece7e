/** The pieces of the background process, made out of the settings and remade when those change. */
import type { Reporting } from '../agent/agent.ts';
import type { Logger } from '../base/logger.ts';
import type { Runtime } from '../base/runtime.ts';
import { createStatsCollector, type StatsCollector } from '../collectors/collect-stats.ts';
import { createCollectorContext } from '../collectors/context.ts';
import { type SettingPiece, settingPieces } from '../settings/setting-row.ts';
import { type SettingKey, settingKeys, settingRow } from '../settings/setting-table.ts';
import type { Settings } from '../settings/settings.ts';

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

export interface StatsCollectorOptions {
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly settings: Settings;
  readonly onStuckMounts: (mountPoints: readonly string[]) => void;
}

export function createSettingsCollector(options: StatsCollectorOptions): StatsCollector {
  const { runtime, logger, settings, onStuckMounts } = options;
  const context = { ...createCollectorContext(runtime, logger, settings), onStuckMounts };
  return createStatsCollector(context);
}
