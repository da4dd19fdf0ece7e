/** Takes over the settings of another file: the original program's config.json, above all. */
import { posix, win32 } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { MonitorError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import { checkSettings, type SettingProblem } from '../settings/check.ts';
import { settingRow } from '../settings/setting-table.ts';
import type { SettingsFile } from '../settings/settings.ts';
import { generateSystemId } from '../settings/system-id.ts';
import type { Configuration } from './configuration.ts';
import { readBytes } from './file.ts';
import { salvage } from './repair.ts';

export interface ImportedSettings {
  /** Those that were taken. */
  readonly settings: SettingsFile;
  /** Made where neither file has an id. */
  readonly newId: string | undefined;
  /** What stays behind, and why. */
  readonly leftOut: readonly SettingProblem[];
}

/**
 * Saves the good settings of `file` over those that are there, unless `mayTake` rejects. Throws
 * NOT_AVAILABLE where there is no such file, CONFIG_INVALID where no setting in it can be read, and
 * as `save`.
 */
export async function importSettings(
  configuration: Pick<Configuration, 'loadGood' | 'save'>,
  { disk, platform, randomBytes }: Pick<Runtime, 'disk' | 'platform' | 'randomBytes'>,
  file: string,
  mayTake: (settings: SettingsFile) => Promise<void> = async () => {},
): Promise<ImportedSettings> {
  const bytes = readBytes(disk, file);
  if (bytes === undefined) throw cannotImport(file, 'NOT_AVAILABLE', 'there is no such file');
  const { values, unreadable } = salvage(bytes);
  const { settings, problems, unknown } = checkSettings(plainValues(values));
  if (Object.keys(settings).length === 0) {
    throw cannotImport(file, 'CONFIG_INVALID', 'none of its settings can be read');
  }
  await mayTake(settings);
  const isNew =
    settings.system_id === undefined && configuration.loadGood().settings.system_id === undefined;
  const newId = isNew ? generateSystemId(platform, randomBytes) : undefined;
  await configuration.save(newId === undefined ? settings : { ...settings, system_id: newId });
  const lost = unreadable.map((key) => ({ key, reason: `${key}: it cannot be read`, hint: '' }));
  return { settings, newId, leftOut: [...problems, ...unknown, ...lost] };
}

/** Where the original keeps its settings: beside the program, wherever people put that. */
export function findOriginalSettings(
  disk: Disk,
  options: { readonly platform: NodeJS.Platform; readonly homeFolder: string },
): readonly string[] {
  const { platform, homeFolder } = options;
  const { join } = platform === 'win32' ? win32 : posix;
  const names = ['system-monitor', 'system_monitor', 'System Monitor', 'SystemMonitor'];
  const folders =
    platform === 'win32'
      ? [
          'C:\\Program Files',
          'C:\\Program Files (x86)',
          'C:\\',
          homeFolder,
          join(homeFolder, 'Desktop'),
        ]
      : ['/opt', '/usr/local', '/usr/local/lib', '/srv', '/Applications', homeFolder];
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name, 'config.json')));
  return paths.filter((path) => isOriginal(disk, path));
}

/** It has the original's three keys, and none of ours beside them. */
function isOriginal(disk: Disk, path: string): boolean {
  try {
    const bytes = readBytes(disk, path);
    if (bytes === undefined) return false;
    const keys = Object.keys(salvage(bytes).values);
    const its = ['system_id', 'url', 'interval'];
    return keys.includes('url') && keys.every((key) => its.includes(key));
  } catch {
    // Another user's, or a folder: none that could be imported.
    return false;
  }
}

/** null is nothing; the original may have kept a number as text. */
function plainValues(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== '');
  return Object.fromEntries(
    given.map(([key, value]) => [key, key === 'interval' ? toNumber(value) : value]),
  );
}

function toNumber(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*\d+(?:\.\d+)?\s*$/.test(value)) return value;
  return Number(value);
}

function cannotImport(
  file: string,
  code: 'NOT_AVAILABLE' | 'CONFIG_INVALID',
  reason: string,
): MonitorError {
  return new MonitorError({
    code,
    operation: `import ${file}`,
    reason,
    hint: `It looks like {"system_id": "WIN-1", "url": "${settingRow('url').example}", "interval": 60}.`,
  });
}
