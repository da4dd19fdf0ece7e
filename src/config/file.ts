/**
 * The configuration file: one JSON object, readable by its owner alone, or also by the group of a
 * service. `conf` writes it, under
 * another name, from which it is put in place durably; reading is plain, so that a one-shot command
 * need not load what only writing needs.
 */
import { dirname } from 'node:path';
import { makeFolder, removeFile, replaceDurably } from '../base/atomic-file.ts';
import type { Disk } from '../base/disk.ts';
import { MonitorError, systemErrorCode, wrapSystemError, wrapWriteError } from '../base/errors.ts';
import { realPathOf } from '../base/way.ts';
import { type CheckedSettings, checkSettings } from '../settings/check.ts';
import type { SettingsFile } from '../settings/settings.ts';
import { invalidSettings, settingsObject } from '../settings/validate.ts';
import { ownAs } from './own-as.ts';
import { type StageSettings, stageWithConf } from './stage-settings.ts';
import { parseJson, utf8TextOf } from './text-of.ts';

/** Far above any real file; a wrong path (a disk image, say) must not fill the memory. */
const longestFileBytes = 1_048_576;

export interface SettingsText extends CheckedSettings {
  /** Every key as it stands there, the wrong and the unknown ones too. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Reads the file and judges each key by itself. Undefined when there is none.
 * Throws CONFIG_INVALID when it is no JSON object, PERMISSION when it may not be read.
 */
export function readSettings(disk: Disk, path: string): SettingsText | undefined {
  const bytes = readBytes(disk, path);
  if (bytes === undefined) return undefined;
  const text = utf8TextOf(bytes);
  if (text === undefined) throw damaged(path, 'it is not UTF-8 text');
  const parsed = parseJson(text);
  if ('fault' in parsed) throw damaged(path, `it is not valid JSON (${parsed.fault})`);
  const values = settingsObject(parsed.value, path);
  return { values, ...checkSettings(values) };
}

/** As `readSettings`, the good ones alone; throws CONFIG_INVALID naming every wrong value, too. */
export function readSettingsFile(disk: Disk, path: string): SettingsFile | undefined {
  const found = readSettings(disk, path);
  if (found === undefined || found.problems.length === 0) return found?.settings;
  throw invalidSettings(path, found.problems);
}

/**
 * Saves the given values in place of the file's content, durably; whoever calls has checked those
 * that are new. A link at `path` stays, and leads to the new content. Throws CANNOT_WRITE or PERMISSION.
 */
export async function writeSettingsFile(
  disk: Disk,
  path: string,
  values: Readonly<Record<string, unknown>>,
  stage: StageSettings = stageWithConf,
): Promise<void> {
  try {
    const file = realPathOf(disk, path);
    // Whoever could have made the link does not write further by it than without it.
    const isLink = disk.look(path)?.kind === 'link';
    const its = disk.withRightsOf([isLink ? path : dirname(path)]);
    const staged = `${file}.new`;
    makeFolder(its, dirname(file));
    // Left by a crash, perhaps in part.
    removeFile(its, staged);
    await stage(its, staged, values);
    const pattern = patternFor(its, file);
    replaceDurably(its, staged, file, (open) => ownAs(its, open, pattern));
  } catch (error) {
    const { code, operation, reason } = wrapWriteError(`write ${path}`, error);
    const hint =
      code === 'PERMISSION'
        ? 'Run the command as the owner of that file (for a service, with sudo), or name another file with --config.'
        : 'Free some space, or name another file with --config.';
    throw new MonitorError({ ...{ code, operation, reason, hint }, cause: error });
  }
}

/**
 * Whose owner and group a new file takes: those of the old one; else, in a folder that root and one
 * group may enter (that of a service), those of the folder, or the service could not read it.
 */
function patternFor(disk: Disk, file: string): string {
  if (disk.stat(file) !== undefined) return file;
  const folder = disk.look(dirname(file));
  const isForGroup =
    folder?.userId === 0 && folder.groupId !== 0 && (folder.mode & 0o077) === 0o050;
  return isForGroup ? dirname(file) : file;
}

/** Undefined when there is no file. Throws PERMISSION, or CONFIG_INVALID when it is too large. */
export function readBytes(disk: Disk, path: string): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = disk.read(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(path, error);
  }
  if (bytes.length > longestFileBytes) {
    throw damaged(path, `it is larger than ${longestFileBytes} bytes`);
  }
  return bytes;
}

/** For lack of rights, or because it is no file that could hold a configuration. */
function unreadable(path: string, cause: unknown): MonitorError {
  const { code, operation, reason } = wrapSystemError(`read ${path}`, cause);
  const isOurs = code === 'PERMISSION' || code === 'BUG';
  return new MonitorError({
    ...{ code: isOurs ? code : 'CONFIG_INVALID', operation, reason, cause },
    hint: 'Name another configuration file with --config, or run as the owner of this one.',
  });
}

function damaged(path: string, reason: string): MonitorError {
  return new MonitorError({
    code: 'CONFIG_INVALID',
    operation: `read ${path}`,
    reason,
    hint: 'Fix it by hand, or run "system-monitor config repair", which saves what can be read and keeps the old file next to it.',
  });
}
