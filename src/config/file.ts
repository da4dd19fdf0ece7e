/**
 * The configuration file: one JSON object, readable by its owner alone. `conf` writes it, under
 * another name, from which it is put in place durably; reading is plain, so that a one-shot command
 * need not load what only writing needs.
 */
import { dirname } from 'node:path';
import { makeFolder, removeFile, replaceDurably } from '../base/atomic-file.ts';
import type { Disk } from '../base/disk.ts';
import { MonitorError, systemErrorCode, wrapSystemError } from '../base/errors.ts';
import type { SettingsFile } from '../settings/settings.ts';
import { validateSettingsFile } from '../settings/validate.ts';
import { type StageSettings, stageWithConf } from './stage-settings.ts';

/** Far above any real file; a wrong path (a disk image, say) must not fill the memory. */
const longestFileCharacters = 1_048_576;

/**
 * Reads and checks the file. Undefined when there is none.
 * Throws CONFIG_INVALID when it is damaged or holds a wrong value, PERMISSION when it may not be read.
 */
export function readSettingsFile(disk: Disk, path: string): SettingsFile | undefined {
  const text = readText(disk, path);
  if (text === undefined) return undefined;
  return validateSettingsFile(parseObject(text, path), path);
}

/**
 * Puts a file that is not JSON at all aside under a name that says so, and returns that name: what a
 * person wrote there is never overwritten. Undefined when the file is absent or is JSON.
 */
export function putDamagedFileAside(
  disk: Disk,
  path: string,
  epochSeconds: number,
): string | undefined {
  const text = readText(disk, path);
  if (text === undefined || isJsonObject(text)) return undefined;
  const aside = `${path}.damaged-${epochSeconds}`;
  try {
    disk.rename(path, aside);
    disk.syncFolder(dirname(path));
  } catch (error) {
    throw wrapSystemError(`put ${path} aside`, error);
  }
  return aside;
}

/**
 * Saves the given settings in place of the file's content, durably. A link at `path` stays, and leads
 * to the new content. Throws CANNOT_WRITE or PERMISSION.
 */
export async function writeSettingsFile(
  disk: Disk,
  path: string,
  settings: SettingsFile,
  stage: StageSettings = stageWithConf,
): Promise<void> {
  validateSettingsFile(settings, 'the settings to save');
  try {
    const file = disk.realPath(path);
    const staged = `${file}.new`;
    makeFolder(disk, dirname(file));
    // Left by a crash, perhaps in part.
    removeFile(disk, staged);
    await stage(staged, settings);
    replaceDurably(disk, staged, file, (open) => disk.ownAs(open, file));
  } catch (error) {
    const wrapped = wrapSystemError(`write ${path}`, error);
    throw new MonitorError({
      code: wrapped.code === 'PERMISSION' ? 'PERMISSION' : 'CANNOT_WRITE',
      operation: wrapped.operation,
      reason: wrapped.reason,
      hint:
        wrapped.code === 'PERMISSION'
          ? 'Run the command as the owner of that file (for a service, with sudo), or name another file with --config.'
          : 'Free some space, or name another file with --config.',
      cause: error,
    });
  }
}

function readText(disk: Disk, path: string): string | undefined {
  let text: string;
  try {
    text = disk.read(path).toString('utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw wrapSystemError(
      `read ${path}`,
      error,
      'Name another configuration file with --config, or run as the owner of this one.',
    );
  }
  if (text.length > longestFileCharacters) {
    throw damaged(path, `it is larger than ${longestFileCharacters} characters`);
  }
  // Windows editors begin a file with a byte-order mark, which JSON forbids (RFC 8259, section 8.1).
  return text.replace(/^\uFEFF/, '');
}

function parseObject(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function damaged(path: string, reason: string): MonitorError {
  return new MonitorError({
    code: 'CONFIG_INVALID',
    operation: `read ${path}`,
    reason: `it is not valid JSON (${reason})`,
    hint: 'Fix it by hand, or run "system-monitor config", which keeps it under another name and starts with a new file.',
  });
}
