/** Saves what can be read of a settings file that is no JSON. The old one is kept beside it. */
import { dirname } from 'node:path';
import { type Disk, ownerOnlyFileMode } from '../base/disk.ts';
import { MonitorError, wrapWriteError } from '../base/errors.ts';
import { type CheckedSettings, checkSettings } from '../settings/check.ts';
import { isSettingKey } from '../settings/setting-table.ts';
import { readBytes, writeSettingsFile } from './file.ts';
import { ownAs } from './own-as.ts';
import type { StageSettings } from './stage-settings.ts';
import { textOf, utf8TextOf } from './text-of.ts';
import { readTolerantly } from './tolerant-json.ts';

export interface RepairedSettings extends CheckedSettings {
  /** Where the old file lies now; undefined where it was a JSON object and nothing was done. */
  readonly keptAs: string | undefined;
  /** Keys whose values could not be read. */
  readonly unreadable: readonly string[];
}

/**
 * Throws NOT_AVAILABLE where there is no file, CONFIG_INVALID where nothing in it can be read, and as
 * reading and writing do.
 */
export async function repairSettings(
  disk: Disk,
  path: string,
  epochSeconds: number,
  stage?: StageSettings,
): Promise<RepairedSettings> {
  const bytes = readBytes(disk, path);
  if (bytes === undefined) throw noFile(path);
  const { values, unreadable, isWhole } = salvage(bytes);
  if (isWhole) return { ...checkSettings(values), keptAs: undefined, unreadable };
  if (Object.keys(values).length === 0 && bytes.length > 0) throw nothingReadable(path);
  const keptAs = keepBeside(disk, path, epochSeconds);
  await writeSettingsFile(disk, path, values, stage);
  return { ...checkSettings(values), keptAs, unreadable };
}

export interface Salvage {
  readonly values: Readonly<Record<string, unknown>>;
  readonly unreadable: readonly string[];
  /** It is UTF-8 and a JSON object: there is nothing to repair. */
  readonly isWhole: boolean;
}

export function salvage(bytes: Buffer): Salvage {
  const { values, unreadable, isCut, faultAt } = readTolerantly(textOf(bytes));
  const isWhole = faultAt === undefined && utf8TextOf(bytes) !== undefined;
  const all = new Map(values);
  // Where a brace is missing, settings stand in the object before it.
  if (isCut) for (const [key, value] of values) all.set(key, takeSettingsOut(value, all));
  return { values: Object.fromEntries(all), unreadable, isWhole };
}

function takeSettingsOut(value: unknown, into: Map<string, unknown>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  for (const [key, inner] of entries) if (isSettingKey(key) && !into.has(key)) into.set(key, inner);
  return Object.fromEntries(entries.filter(([key]) => !isSettingKey(key)));
}

/** A copy: the file itself stays in force until the new one takes its place. */
function keepBeside(disk: Disk, path: string, epochSeconds: number): string {
  let kept = `${path}.damaged-${epochSeconds}`;
  try {
    for (let more = 2; disk.stat(kept) !== undefined; more += 1) {
      kept = `${path}.damaged-${epochSeconds}-${more}`;
    }
    disk.copy(path, kept, ownerOnlyFileMode);
    const file = disk.open(kept);
    try {
      ownAs(disk, file, path);
      disk.sync(file);
    } finally {
      disk.close(file);
    }
    disk.syncFolder(dirname(kept));
  } catch (error) {
    throw wrapWriteError(`keep ${path} as ${kept}`, error);
  }
  return kept;
}

function noFile(path: string): MonitorError {
  return new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: `repair ${path}`,
    reason: 'there is no such file',
    hint: 'Without a file, the defaults apply. "system-monitor config" creates one.',
  });
}

function nothingReadable(path: string): MonitorError {
  return new MonitorError({
    code: 'CONFIG_INVALID',
    operation: `repair ${path}`,
    reason: 'none of its settings can be read',
    hint: 'Move it away and create a new one: system-monitor config',
  });
}
